package lanewise;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.io.InputStream;
import java.lang.module.ModuleDescriptor;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.xml.sax.SAXException;

/** The arrows of the design point down only. */
class ArchitectureTest {

    private static final JavaClasses CORE = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("lanewise");

    /** A package, and those of Lanewise that it may know; itself goes without saying. */
    @ParameterizedTest
    @CsvSource({
        "dtype,",
        "program, dtype",
        "buffer, dtype",
        "rule, program",
        "schedule, program",
        "kernel, program dtype",
        "run, program kernel buffer dtype",
        "root, program buffer dtype rule schedule kernel run",
        "curvature, root program buffer dtype",
        "conformance, program kernel run dtype",
    })
    void aPackageKnowsOnlyThoseBelowIt(String name, String below) {
        List<String> known = new ArrayList<>(List.of(qualified(name)));
        if (below != null) {
            List.of(below.split(" ")).forEach(other -> known.add(qualified(other)));
        }
        DescribedPredicate<JavaClass> elsewhere = resideInAPackage("lanewise..")
                .and(DescribedPredicate.not(resideInAnyPackage(known.toArray(String[]::new))))
                .as("the rest of Lanewise");
        noClasses()
                .that()
                .resideInAPackage(qualified(name))
                .should()
                .dependOnClassesThat(elsewhere)
                .check(CORE);
    }

    private static String qualified(String name) {
        return name.equals("root") ? "lanewise" : "lanewise." + name;
    }

    /** The arrows above make no circle, so there is none while each package has its line there. */
    @Test
    void noPackageIsLeftOutAbove() {
        assertEquals(
                Set.of(
                        "lanewise",
                        "lanewise.program",
                        "lanewise.buffer",
                        "lanewise.dtype",
                        "lanewise.conformance",
                        "lanewise.curvature",
                        "lanewise.rule",
                        "lanewise.schedule",
                        "lanewise.kernel",
                        "lanewise.run"),
                CORE.stream()
                        .map(JavaClass::getPackageName)
                        .filter(name -> !name.isEmpty())
                        .collect(Collectors.toSet()));
    }

    @Test
    void coreNeverNamesTheVectorApi() {
        noClasses()
                .should()
                .dependOnClassesThat(resideInAPackage("jdk.incubator.."))
                .check(CORE);
    }

    @Test
    void coreNeedsNothingButTheJdk() {
        classes()
                .should()
                .onlyDependOnClassesThat(resideInAnyPackage("java..", "lanewise..", "org.jspecify.annotations"))
                .check(CORE);
    }

    @Test
    void theModuleShowsTheApiToAllAndTheSpiToSimdAlone() throws IOException, URISyntaxException {
        URI classes = Optimizer.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI();
        ModuleDescriptor module;
        try (InputStream in = Files.newInputStream(Path.of(classes).resolve("module-info.class"))) {
            module = ModuleDescriptor.read(in);
        }
        assertEquals("lanewise.core", module.name());
        assertEquals(
                Map.of(
                        "lanewise", Set.of(),
                        "lanewise.buffer", Set.of(),
                        "lanewise.dtype", Set.of(),
                        "lanewise.curvature", Set.of(),
                        "lanewise.program", Set.of(),
                        "lanewise.rule", Set.of(),
                        "lanewise.schedule", Set.of(),
                        "lanewise.kernel", Set.of("lanewise.simd")),
                module.exports().stream()
                        .collect(
                                Collectors.toMap(ModuleDescriptor.Exports::source, ModuleDescriptor.Exports::targets)));
        assertEquals(
                Set.of("java.base"),
                module.requires().stream()
                        .filter(requires -> !requires.modifiers().contains(ModuleDescriptor.Requires.Modifier.STATIC))
                        .map(ModuleDescriptor.Requires::name)
                        .collect(Collectors.toSet()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"core", "simd"})
    void aLibraryHasNoDependencyAtRunTimeOutsideLanewise(String module) throws Exception {
        Map<String, String> managed = scopes(Path.of("..", "pom.xml"), Map.of());
        Map<String, String> scopes = scopes(Path.of("..", module, "pom.xml"), managed);
        assertFalse(scopes.isEmpty());
        scopes.values().removeIf(scope -> scope.equals("test") || scope.equals("provided"));
        assertEquals(module.equals("simd") ? Set.of("io.github.lanewise:lanewise-core") : Set.of(), scopes.keySet());
    }

    /** The dependencies that a POM names, in its own part or for its children, and their scopes. */
    private static Map<String, String> scopes(Path pom, Map<String, String> managed)
            throws IOException, ParserConfigurationException, SAXException {
        Element project = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(pom.toFile())
                .getDocumentElement();
        List<Element> parents = new ArrayList<>(children(project, "dependencies"));
        children(project, "dependencyManagement")
                .forEach(management -> parents.addAll(children(management, "dependencies")));
        Map<String, String> scopes = new LinkedHashMap<>();
        for (Element parent : parents) {
            for (Element dependency : children(parent, "dependency")) {
                String type = text(dependency, "type", "jar");
                String name = text(dependency, "groupId", "") + ":" + text(dependency, "artifactId", "")
                        + (type.equals("jar") ? "" : ":" + type);
                scopes.put(name, text(dependency, "scope", managed.getOrDefault(name, "compile")));
            }
        }
        return scopes;
    }

    private static List<Element> children(Element parent, String name) {
        List<Element> found = new ArrayList<>();
        for (Node child = parent.getFirstChild(); child != null; child = child.getNextSibling()) {
            if (child instanceof Element element && element.getTagName().equals(name)) {
                found.add(element);
            }
        }
        return found;
    }

    private static String text(Element parent, String name, String otherwise) {
        List<Element> found = children(parent, name);
        return found.isEmpty() ? otherwise : found.getFirst().getTextContent().strip();
    }
}
