package lanewise.curvature;

import java.util.ArrayList;
import java.util.List;
import lanewise.Parameter;
import lanewise.Parameters;
import lanewise.buffer.Tensor;

/** The loss ½·θᵀHθ over all elements of all parameters, one after the other. */
final class Quadratic implements CurvatureExamples.Smooth {

    private record Place(Parameter parameter, long index) {}

    private final double[][] hessian;
    private final List<Place> places = new ArrayList<>();

    Quadratic(double[][] hessian, Parameters parameters) {
        this.hessian = hessian;
        for (Parameter parameter : parameters.all()) {
            for (long i = 0; i < parameter.value().size(); i++) {
                places.add(new Place(parameter, i));
            }
        }
    }

    /** With the diagonal d and couplings of a tenth between neighbours, in proportion to √(dᵢdⱼ). */
    static double[][] coupled(double... diagonal) {
        int n = diagonal.length;
        double[][] hessian = new double[n][n];
        for (int i = 0; i < n; i++) {
            hessian[i][i] = diagonal[i];
            if (i > 0) {
                hessian[i][i - 1] = hessian[i - 1][i] = 0.1 * Math.sqrt(diagonal[i] * diagonal[i - 1]);
            }
        }
        return hessian;
    }

    double loss() {
        double sum = 0;
        for (int i = 0; i < places.size(); i++) {
            for (int j = 0; j < places.size(); j++) {
                sum += hessian[i][j] * theta(i) * theta(j) / 2;
            }
        }
        return sum;
    }

    private double theta(int i) {
        return places.get(i).parameter().value().get(places.get(i).index());
    }

    @Override
    public void backward() {
        double[] x = new double[places.size()];
        for (int i = 0; i < x.length; i++) {
            x[i] = theta(i);
        }
        multiply(x);
    }

    @Override
    public void hessianTimes(Probe u) {
        double[] x = new double[places.size()];
        for (int i = 0; i < x.length; i++) {
            Tensor part = u.of(places.get(i).parameter());
            x[i] = part.get(places.get(i).index());
        }
        multiply(x);
    }

    private void multiply(double[] x) {
        for (int i = 0; i < x.length; i++) {
            double sum = 0;
            for (int j = 0; j < x.length; j++) {
                sum += hessian[i][j] * x[j];
            }
            Place place = places.get(i);
            if (place.parameter().hasGradient()) {
                place.parameter().gradient().set(place.index(), (float) sum);
            }
        }
    }
}
