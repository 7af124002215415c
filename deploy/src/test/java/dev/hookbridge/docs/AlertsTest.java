package dev.hookbridge.docs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hookbridge.harness.prometheus.Alerts;
import dev.hookbridge.testing.Needs;
import dev.hookbridge.testing.Repository;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The alerts do what they say, and are written down. */
class AlertsTest {
  private static final String RUNBOOK = "file:///usr/share/doc/hookbridge/docs/operations.md#";

  @ParameterizedTest
  @ValueSource(strings = {"check rules alerts.yaml", "test rules alerts.test.yaml"})
  void promtoolSaysSo(String arguments) throws Exception {
    Needs.command("promtool");
    List<String> command = new ArrayList<>(List.of("promtool"));
    command.addAll(List.of(arguments.split(" ", -1)));
    Process promtool =
        new ProcessBuilder(command)
            .directory(Alerts.FILE.getParent().toFile())
            .redirectErrorStream(true)
            .redirectInput(new File("/dev/null"))
            .start();
    String said =
        new String(promtool.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    assertThat(promtool.waitFor()).as(said).isZero();
    assertThat(said).contains("SUCCESS");
  }

  @Test
  void everyAlertIsTriedWhereItFiresAndWhereItDoesNot() {
    TreeSet<String> fires = new TreeSet<>();
    TreeSet<String> silent = new TreeSet<>();
    for (Object test : (List<?>) Alerts.yaml(Alerts.TESTS).get("tests")) {
      Map<?, ?> trial = (Map<?, ?>) test;
      Object expected = trial.get("promql_expr_test");
      for (Object each : expected == null ? List.of() : (List<?>) expected) {
        String samples = String.valueOf(((Map<?, ?>) each).get("exp_samples"));
        String name = String.valueOf(trial.get("name"));
        (samples.contains("\"" + name + "\"") ? fires : silent).add(name);
      }
    }
    assertThat(Alerts.all()).extracting(Alerts.Alert::name).isNotEmpty().allMatch(fires::contains);
    assertThat(Alerts.all()).extracting(Alerts.Alert::name).allMatch(silent::contains);
  }

  @Test
  void everyAlertIsHadFromARealAgent() throws Exception {
    String trials = "";
    for (String name : List.of("AgentAlertsIT", "SinkAlertsIT")) {
      String file = "deploy/src/test/java/dev/hookbridge/it/operation/" + name + ".java";
      trials += Files.readString(Repository.file(file));
    }
    String all = trials;
    assertThat(Alerts.all())
        .extracting(alert -> alert.name().replaceFirst("^Hookbridge", ""))
        .allMatch(name -> all.contains("\"" + name + "\""));
  }

  @Test
  void theTableHasThem() {
    List<List<String>> rows = Page.of("docs/metrics.md").table("| alert | severity");
    assertThat(rows.stream().map(row -> List.of(row.get(0), row.get(1), row.get(3))))
        .containsExactlyElementsOf(
            Alerts.all().stream()
                .map(
                    alert ->
                        List.of(
                            alert.name(),
                            alert.severity(),
                            alert.hold().isEmpty() ? "at once" : alert.hold()))
                .toList());
  }

  @Test
  void eachSaysWhatItIsAndWhereToReadOn() {
    assertThat(Alerts.all())
        .allSatisfy(
            alert -> {
              assertThat(alert.annotations().get("summary")).asString().isNotBlank();
              assertThat(alert.annotations().get("description")).asString().endsWith(".");
              assertThat(alert.severity()).isIn("warning", "critical");
              assertThat(alert.annotations().get("runbook_url"))
                  .isEqualTo(RUNBOOK + alert.name().toLowerCase(Locale.ROOT));
            });
  }
}
