package dev.hookbridge;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import dev.hookbridge.envelope.TextSanitizer;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * The rules of the house: no stage imports a later one, no cycle, transports know the root only.
 */
class ArchitectureTest {
  private static final String ROOT = "dev.hookbridge";
  private static final List<String> WAY =
      List.of(
          "mailbox",
          "envelope",
          "spool",
          "delivery",
          "decision",
          "http",
          "status",
          "metrics",
          "config",
          "agent",
          "hooks",
          "cli");
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages(ROOT);

  @Test
  void noStageImportsALaterOne() {
    for (int i = 0; i < WAY.size(); i++) {
      for (String later : WAY.subList(i + 1, WAY.size())) {
        noClasses()
            .that()
            .resideInAPackage(ROOT + "." + WAY.get(i) + "..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage(ROOT + "." + later + "..")
            .check(CLASSES);
      }
    }
  }

  @Test
  void theNounsKnowNoRoom() {
    noClasses()
        .that()
        .resideInAPackage(ROOT)
        .should()
        .dependOnClassesThat()
        .resideInAPackage(ROOT + ".*..")
        .check(CLASSES);
  }

  @Test
  void aTransportImportsTheRootOnly() {
    DescribedPredicate<JavaClass> room =
        DescribedPredicate.describe(
            "in a room of the core",
            type -> type.getPackageName().startsWith(ROOT + ".") && !isOf("file", type));
    noClasses()
        .that()
        .resideInAPackage(ROOT + ".file")
        .should()
        .dependOnClassesThat(room)
        .check(CLASSES);
  }

  private static boolean isOf(String room, JavaClass type) {
    return type.getPackageName().equals(ROOT + "." + room);
  }

  @Test
  void theLogKnowsNothingOfTheRest() {
    noClasses()
        .that()
        .resideInAPackage(ROOT + ".log")
        .should()
        .dependOnClassesThat(
            DescribedPredicate.describe(
                "of ours, outside the log, but for the list of characters nobody sees",
                type ->
                    type.getPackageName().startsWith(ROOT)
                        && !isOf("log", type)
                        && !type.isEquivalentTo(TextSanitizer.class)))
        .check(CLASSES);
  }

  @Test
  void thereIsNoCycle() {
    slices().matching(ROOT + ".(*)..").should().beFreeOfCycles().check(CLASSES);
  }

  @Test
  void classesAreFinalOrMeantToBeExtended() {
    classes()
        .that(
            DescribedPredicate.describe(
                "concrete", type -> !type.isInterface() && !type.isAnonymousClass()))
        .should()
        .haveModifier(com.tngtech.archunit.core.domain.JavaModifier.FINAL)
        .check(
            CLASSES.that(
                DescribedPredicate.describe(
                    "no enum with bodies, no lambda",
                    type -> !type.isEnum() && !type.getSimpleName().isEmpty())));
  }
}
