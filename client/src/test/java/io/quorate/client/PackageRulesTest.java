package io.quorate.client;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class PackageRulesTest {
    private static final String ROOT = "io.quorate.client";

    private final JavaClasses imported = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages(ROOT);

    @Test
    void packagesOfTheClientAreFreeOfCycles() {
        slices().assignedFrom(new EachPackage()).should().beFreeOfCycles().check(imported);
    }

    @Test
    void theClientDependsOnNothingButJavaRingJacksonAndPicocli() {
        classes()
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        ROOT + "..",
                        "io.quorate.ring..",
                        "java..",
                        "org.jspecify..",
                        "com.fasterxml.jackson..",
                        "picocli..")
                .check(imported);
    }

    @Test
    void onlyTheCommandsKnowPicocliAndOnlyTheTransportKnowsHttp() {
        noClasses()
                .that()
                .resideOutsideOfPackage(ROOT + ".cli")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("picocli..")
                .check(imported);
        noClasses()
                .that()
                .resideOutsideOfPackage(ROOT + ".http")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("java.net.http..")
                .check(imported);
    }

    @Test
    void everyPackageSaysWhatItIsForAndIsNullMarked() {
        Set<String> packages = imported.stream().map(JavaClass::getPackageName).collect(Collectors.toSet());
        Set<String> marked = imported.stream()
                .filter(type -> type.getSimpleName().equals("package-info"))
                .filter(type -> type.isAnnotatedWith("org.jspecify.annotations.NullMarked"))
                .map(JavaClass::getPackageName)
                .collect(Collectors.toSet());
        assertThat(marked).containsExactlyInAnyOrderElementsOf(packages).hasSizeGreaterThan(5);
    }

    /** Each package is a slice, the root too. */
    private static final class EachPackage implements SliceAssignment {
        @Override
        public SliceIdentifier getIdentifierOf(JavaClass type) {
            return type.getPackageName().startsWith(ROOT)
                    ? SliceIdentifier.of(type.getPackageName())
                    : SliceIdentifier.ignore();
        }

        @Override
        public String getDescription() {
            return "each package";
        }
    }
}
