package dev.hookbridge.docs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hookbridge.testing.Repository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code ./verify} on a small project of six modules. Two of them have failing tests, one does not
 * compile, one depends on that, the JVM of one ends in the middle, and one is good.
 */
class VerifyTest {
  @TempDir private Path project;

  private record Ended(int exit, String output) {
    /** What is said behind the last line of Maven. */
    String summary() {
      return output.substring(output.lastIndexOf("[INFO] Finished at"));
    }
  }

  @BeforeEach
  void write() throws IOException {
    for (String file :
        List.of("verify", "mvnw", ".mvn/jvm.config", ".mvn/wrapper/maven-wrapper.properties")) {
      Path copy = project.resolve(file);
      Files.createDirectories(copy.getParent());
      Files.copy(Repository.file(file), copy);
    }
    Path parent = project.relativize(Repository.file("pom.xml"));
    Files.writeString(
        project.resolve("pom.xml"),
        pom("hookbridge", parent.toString(), "trial")
            + """
              <packaging>pom</packaging>
              <modules>
                <module>first</module><module>second</module><module>broken</module>
                <module>behind</module><module>halted</module><module>good</module>
              </modules>
              <build><pluginManagement><plugins><plugin>
                <artifactId>maven-compiler-plugin</artifactId>
                <configuration>
                  <compilerArgs combine.self="override"/>
                  <annotationProcessorPaths combine.self="override"/>
                </configuration>
              </plugin></plugins></pluginManagement></build>
            </project>
            """);
    module("first", "", "");
    module("second", "first", FAILSAFE);
    module("broken", "", "");
    module("behind", "broken", "");
    module("halted", "", FAILSAFE);
    module("good", "", "");
    test("first", "FirstTest", "assertTrue(false);");
    test("second", "SecondTest", "throw new IllegalStateException();");
    test("second", "SecondIT", "assertTrue(false);");
    test("halted", "HaltedIT", "Runtime.getRuntime().halt(3);");
    test("good", "GoodTest", "assertTrue(true);");
    source("broken/src/main/java/Broken.java", "final class Broken { this is no Java }");
  }

  private static final String FAILSAFE =
      "<build><plugins><plugin><artifactId>maven-failsafe-plugin</artifactId></plugin></plugins></build>";

  @Test
  void goesToTheEndAndListsAllThatFailed() throws Exception {
    Ended ended = verify();
    assertThat(ended.exit()).as(ended.output()).isEqualTo(1);
    assertThat(ended.output()).contains("Running GoodTest");
    assertThat(ended.summary())
        .contains("  FirstTest.tries (first)", "  SecondTest.tries (second)")
        .contains("  SecondIT.tries (second)", "  the integration tests (halted): ")
        .contains("  module broken: failed", "  module behind: did not run")
        .doesNotContain("(good)", "module good", "GoodTest")
        .endsWith("verify: failed\n");
  }

  @Test
  void passesWhereNothingFailedAndForgetsAnEarlierRun() throws Exception {
    source(
        "good/target/surefire-reports/Old.txt", "Old.tries -- Time elapsed: 0.1 s <<< FAILURE!\n");
    Ended ended = verify("-pl", "good");
    assertThat(ended.exit()).as(ended.output()).isZero();
    assertThat(ended.summary()).endsWith("verify: all is well\n").doesNotContain("Old");
  }

  private Ended verify(String... arguments) throws Exception {
    List<String> command =
        Stream.concat(
                Stream.of("./verify", "-Dspotless.check.skip", "-Denforcer.skip"),
                Stream.of(arguments))
            .toList();
    Process process =
        new ProcessBuilder(command).directory(project.toFile()).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes());
    return new Ended(process.waitFor(), output);
  }

  private void module(String name, String dependency, String more) throws IOException {
    String dependencies =
        dependency.isEmpty()
            ? ""
            : "<dependencies><dependency><groupId>dev.hookbridge</groupId><artifactId>"
                + dependency
                + "</artifactId><version>0.1.0-SNAPSHOT</version></dependency></dependencies>";
    source(
        name + "/pom.xml", pom("trial", "../pom.xml", name) + dependencies + more + "</project>");
    source(name + "/src/main/java/" + name + "/package-info.java", "package " + name + ";\n");
  }

  private static String pom(String parent, String path, String name) {
    return """
    <project xmlns="http://maven.apache.org/POM/4.0.0">
      <modelVersion>4.0.0</modelVersion>
      <parent>
        <groupId>dev.hookbridge</groupId>
        <artifactId>%s</artifactId>
        <version>0.1.0-SNAPSHOT</version>
        <relativePath>%s</relativePath>
      </parent>
      <artifactId>%s</artifactId>
    """
        .formatted(parent, path, name);
  }

  private void test(String module, String name, String body) throws IOException {
    source(
        module + "/src/test/java/" + name + ".java",
        """
        import static org.junit.jupiter.api.Assertions.assertTrue;

        import org.junit.jupiter.api.Test;

        class %s {
          @Test
          void tries() {
            assertTrue(true);
            %s
          }
        }
        """
            .formatted(name, body));
  }

  private void source(String path, String text) throws IOException {
    Path file = project.resolve(path);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }
}
