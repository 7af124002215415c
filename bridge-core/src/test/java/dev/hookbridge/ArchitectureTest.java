package dev.hookbridge;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import dev.hookbridge.text.TextSanitizer;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * The order of the packages: none imports a later one, there is no cycle, and a transport knows the
 * API only. For the transports in modules of their own the compiler checks the last rule.
 */
class ArchitectureTest {
  private static final String ROOT = "dev.hookbridge";
  private static final List<String> WAY =
      List.of(
          "api",
          "text",
          "disk",
          "record",
          "mailbox",
          "envelope.redaction",
          "envelope.summary",
          "envelope.xml",
          "envelope",
          "observer.rpc",
          "observer",
          "spool.sqlite",
          "spool.table",
          "spool.state",
          "spool.repair",
          "spool",
          "delivery",
          "decision.rule",
          "decision.request",
          "decision.gate",
          "decision",
          "http",
          "status",
          "metrics",
          "config",
          "agent",
          "hooks",
          "command",
          "check",
          "doctor",
          "decider",
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
            .resideInAPackage(ROOT + "." + WAY.get(i))
            .should()
            .dependOnClassesThat()
            .resideInAPackage(ROOT + "." + later)
            .check(CLASSES);
      }
    }
  }

  @Test
  void theFileTransportImportsTheApiOnly() {
    DescribedPredicate<JavaClass> other =
        DescribedPredicate.describe(
            "in another package than the API",
            type ->
                type.getPackageName().startsWith(ROOT)
                    && !isOf("file", type)
                    && !isOf("api", type));
    noClasses()
        .that()
        .resideInAPackage(ROOT + ".file")
        .should()
        .dependOnClassesThat(other)
        .check(CLASSES);
  }

  private static boolean isOf(String name, JavaClass type) {
    return type.getPackageName().equals(ROOT + "." + name);
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
    slices().matching(ROOT + ".(**)").should().beFreeOfCycles().check(CLASSES);
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
