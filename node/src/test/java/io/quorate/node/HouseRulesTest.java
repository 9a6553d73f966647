package io.quorate.node;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class HouseRulesTest {
    private static final String ROOT = "io.quorate.node";
    private static final int LINES_MAX = 500;

    private final JavaClasses imported = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages(ROOT);

    @Test
    void packagesAreFreeOfCycles() {
        slices().matching(ROOT + ".(*)..").should().beFreeOfCycles().check(imported);
        slices().matching(ROOT + ".protocol.(*)..").should().beFreeOfCycles().check(imported);
    }

    @Test
    void theProtocolsArePure() {
        classes()
                .that()
                .resideInAPackage(ROOT + ".protocol..")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        "java..",
                        "com.google.common..",
                        "com.google.errorprone.annotations..",
                        "org.jspecify..",
                        "io.quorate.ring..",
                        "io.quorate.repair..",
                        ROOT + ".protocol..")
                .check(imported);
    }

    @Test
    void theProtocolsTouchNoFilesSocketsOrOtherThreads() {
        noClasses()
                .that()
                .resideInAPackage(ROOT + ".protocol..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("java.io", "java.nio.file..", "java.net..", "java.util.concurrent..")
                .check(imported);
    }

    @Test
    void onlyTheStoreTouchesTheEngineAndOnlySerialTouchesKryo() {
        noClasses()
                .that()
                .resideOutsideOfPackage(ROOT + ".storage..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.rocksdb..")
                .check(imported);
        noClasses()
                .that()
                .resideOutsideOfPackage(ROOT + ".serial..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("com.esotericsoftware..")
                .check(imported);
    }

    @Test
    void onlyTheTransportTouchesNetty() {
        noClasses()
                .that()
                .resideOutsideOfPackage(ROOT + ".transport.tcp..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.netty..")
                .check(imported);
    }

    @Test
    void pekkoStaysInItsShells() {
        noClasses()
                .that()
                .resideOutsideOfPackages(
                        ROOT, ROOT + ".actor..", ROOT + ".journal..", ROOT + ".transport..", ROOT + ".http..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.apache.pekko..")
                .check(imported);
    }

    @Test
    void onlyWiringChoosesClocksRandomnessAndThreads() {
        noClasses()
                .that()
                .doNotHaveFullyQualifiedName(ROOT + ".Wiring")
                .should()
                .accessTargetWhere(choosing().and(DescribedPredicate.not(threadsOfPrograms())))
                .check(imported);
    }

    /** The demo and the server are programs: they need a shutdown hook, and the demo a thread that carries out faults. */
    private static DescribedPredicate<JavaAccess<?>> threadsOfPrograms() {
        return DescribedPredicate.describe(
                "threads of programs",
                access -> Set.of(ROOT + ".demo", ROOT + ".server")
                                .contains(access.getOriginOwner().getPackageName())
                        && (access.getTargetOwner().getName().equals("java.lang.Thread")
                                || access.getTargetOwner().getName().equals("java.util.concurrent.Executors")));
    }

    private static DescribedPredicate<JavaAccess<?>> choosing() {
        return DescribedPredicate.describe("choose a clock, randomness or a thread", access -> {
            String owner = access.getTargetOwner().getName();
            String name = access.getTarget().getName();
            return switch (owner) {
                case "java.lang.System" -> name.equals("nanoTime") || name.equals("currentTimeMillis");
                case "java.time.Instant", "java.time.LocalDateTime", "java.time.ZonedDateTime" -> name.equals("now");
                case "java.time.Clock" -> name.startsWith("system");
                case "java.lang.Math" -> name.equals("random");
                case "java.util.UUID" -> name.equals("randomUUID");
                case "java.lang.Thread" -> name.equals("<init>") || name.equals("sleep");
                case "java.util.Random", "java.util.SplittableRandom", "java.security.SecureRandom" ->
                    name.equals("<init>");
                case "java.util.concurrent.ThreadLocalRandom", "java.util.concurrent.Executors" -> true;
                default -> false;
            };
        });
    }

    @Test
    void everyPackageSaysWhatItIsForAndIsNullMarked() {
        Set<String> packages = imported.stream().map(JavaClass::getPackageName).collect(Collectors.toSet());
        Set<String> marked = imported.stream()
                .filter(type -> type.getSimpleName().equals("package-info"))
                .filter(type -> type.isAnnotatedWith("org.jspecify.annotations.NullMarked"))
                .map(JavaClass::getPackageName)
                .collect(Collectors.toSet());
        assertThat(marked).isNotEmpty().containsExactlyInAnyOrderElementsOf(packages);
    }

    @Test
    void noFileIsTooLongToRead() throws IOException {
        Set<String> tooLong = new TreeSet<>();
        try (Stream<Path> files = Files.walk(Path.of("src"))) {
            for (Path file : files.filter(f -> f.toString().endsWith(".java")).toList()) {
                int lines = Files.readAllLines(file).size();
                if (lines > LINES_MAX) {
                    tooLong.add(file + ": " + lines + " lines");
                }
            }
        }
        assertThat(tooLong).isEmpty();
    }
}
