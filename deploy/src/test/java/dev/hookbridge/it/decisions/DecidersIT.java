package dev.hookbridge.it.decisions;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.hookbridge.api.DecisionRequest;
import dev.hookbridge.docs.Page;
import dev.hookbridge.harness.decider.Asker;
import dev.hookbridge.harness.decider.AskingPlaces;
import dev.hookbridge.harness.decider.AskingPlaces.Place;
import dev.hookbridge.harness.host.Child;
import dev.hookbridge.harness.host.Consumer;
import dev.hookbridge.harness.host.Host;
import dev.hookbridge.testing.Needs;
import dev.hookbridge.testing.Repository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Deciders as people write them, with no code of ours on their class path, answer what a host asks:
 * Spring's listeners and the pages' Python.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DecidersIT {
  private static final String SPRING = "deploy/responders/target";
  private final AskingPlaces places = new AskingPlaces();
  @TempDir Path folder;

  @AfterAll
  void closeBrokers() {
    places.close();
  }

  private static JsonNode json(String text) throws IOException {
    return Consumer.JSON.readTree(text);
  }

  @ParameterizedTest
  @EnumSource
  void springAnswersWithoutGlue(Place place) throws Exception {
    Path classes = Repository.file(SPRING + "/classes");
    Needs.that(
        Files.isDirectory(classes), "no Spring: run './mvnw -pl deploy/responders package' first");
    Path jars = Repository.file(SPRING + "/lib");
    assertThat(jars.toFile().list()).isNotEmpty().noneMatch(jar -> jar.startsWith("bridge-"));
    String where = places.broker(place).address();
    List<String> command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx64m",
            "-XX:TieredStopAtLevel=1",
            "-cp",
            classes + ":" + jars + "/*",
            "org.example.policy." + place.spring,
            where,
            place.asked);
    try (Child spring = new Child(folder.resolve("spring-" + place + ".log"), command);
        Asker host = places.asker(place)) {
      allowsThreeAndVetoesEight(spring, host);
    }
  }

  @ParameterizedTest
  @EnumSource
  void thePagesPythonAnswers(Place place) throws Exception {
    String code =
        Page.of("docs/decisions.md")
            .block("run: " + place.type)
            .replace("kafka1:9092", places.broker(place).address())
            .replace("amqp://rabbit1:5672", places.broker(place).address());
    String python = python(place == Place.KAFKA ? "kafka" : "pika");
    List<String> command = List.of(python, "-u", "-c", code);
    try (Child child = new Child(folder.resolve("python-" + place + ".log"), command);
        Asker host = places.asker(place)) {
      allowsThreeAndVetoesEight(child, host);
    }
  }

  private static void allowsThreeAndVetoesEight(Child decider, Asker host) throws Exception {
    try {
      host.awaitAnswer("memory", 3, "", answer -> answer.contains("allow"));
      DecisionRequest eight = host.request("memory", 8, "");
      host.ask(eight);
      JsonNode answer = json(host.answer(eight));
      assertThat(answer.get("decision").asText()).isEqualTo("veto");
      assertThat(answer.get("reason").asText()).endsWith("wants too much");
      assertThat(answer.get("decider").asText()).isEqualTo("memory-policy");
    } catch (Throwable e) {
      throw new AssertionError(decider.log(), e);
    }
  }

  /** The first that has the library; the distribution's may not be the first on the path. */
  private static String python(String module) throws IOException {
    Needs.command("python3");
    for (String python : List.of("python3", "/usr/bin/python3")) {
      if (Host.run(Duration.ofSeconds(30), python, "-c", "import " + module).exit() == 0) {
        return python;
      }
    }
    Needs.missing("no " + module + " for python3: install python3-" + module);
    return "";
  }

  @Test
  void thePagesJavaIsWhatSpringRuns() throws IOException {
    for (Place place : Place.values()) {
      String file = place.spring + ".java";
      assertThat(
              Files.readString(
                  Repository.file("deploy/responders/src/main/java/org/example/policy/" + file)))
          .contains(Page.of("docs/decisions.md").block("code: " + file));
    }
  }
}
