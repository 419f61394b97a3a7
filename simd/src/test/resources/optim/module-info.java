/** A user's own module with a rule of its own. */
module com.example.optim {
    requires lanewise.simd;
    requires jdk.management;
}
