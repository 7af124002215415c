package dev.hookbridge.harness.prometheus;

import dev.hookbridge.testing.Repository;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** Prometheus' alerts as the repository has them. */
public final class Alerts {
  public static final Path FILE = Repository.file("deploy/prometheus/alerts.yaml");
  public static final Path TESTS = Repository.file("deploy/prometheus/alerts.test.yaml");

  /**
   * One alert.
   *
   * @param hold for how long it must be so, empty when it fires at once
   */
  public record Alert(
      String name, String expression, String hold, String severity, Map<?, ?> annotations) {}

  private Alerts() {}

  public static List<Alert> all() {
    List<Alert> alerts = new ArrayList<>();
    for (Object group : (List<?>) yaml(FILE).get("groups")) {
      for (Object rule : (List<?>) ((Map<?, ?>) group).get("rules")) {
        Map<?, ?> alert = (Map<?, ?>) rule;
        Map<?, ?> labels = (Map<?, ?>) alert.get("labels");
        Object hold = alert.get("for");
        alerts.add(
            new Alert(
                String.valueOf(alert.get("alert")),
                String.valueOf(alert.get("expr")),
                hold == null ? "" : hold.toString(),
                String.valueOf(labels.get("severity")),
                (Map<?, ?>) alert.get("annotations")));
      }
    }
    return alerts;
  }

  public static Map<?, ?> yaml(Path file) {
    try {
      return (Map<?, ?>)
          new Load(LoadSettings.builder().build()).loadFromString(Files.readString(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
