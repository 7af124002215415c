package dev.hookbridge.harness.prometheus;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hookbridge.harness.host.Host;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Scrapes of a real agent as Prometheus would have them if its state lasted for hours: the first
 * for ten minutes, each of the others for one, and the last from then on. What counts goes on by
 * what it gained between the last two. {@code promtool} then says which alerts fire.
 */
public final class Stretched {
  private static final int CALM = 10;
  private static final int LENGTH = 100;

  /** They compare times, which a machine that does other things makes long. */
  private static final Set<String> SPEED = Set.of("HooksSlow", "DiskSlow", "DecisionsSlow");

  private final List<Scrape> scrapes;

  public Stretched(Scrape... scrapes) {
    this.scrapes = List.of(scrapes);
  }

  /**
   * Exactly these fire, of those about speed at least these.
   *
   * @param minute when, counted from the first scrape
   */
  public void fires(Path folder, int minute, String... alerts) throws IOException {
    Path file =
        Files.writeString(folder.resolve("alerts-" + minute + ".yaml"), test(minute, alerts));
    Host.Ran ran = Host.run(Duration.ofMinutes(2), "promtool", "test", "rules", file.toString());
    assertThat(ran.exit()).as(ran.output()).isZero();
  }

  private String test(int minute, String... alerts) {
    StringBuilder yaml = new StringBuilder("rule_files: [" + Alerts.FILE + "]\n");
    yaml.append("evaluation_interval: 1m\ntests:\n  - interval: 1m\n    input_series:\n");
    yaml.append(series("up{job=\"other\"}", "1 ".repeat(LENGTH)));
    if (!scrapes.isEmpty()) {
      yaml.append(series("up" + target("up"), ups()));
      names().forEach(name -> yaml.append(series(labelled(name), values(name))));
    }
    Set<String> others = new TreeSet<>(SPEED);
    others.removeAll(Set.of(alerts));
    yaml.append(
            "    promql_expr_test:\n"
                + "      - expr: 'group by (alertname) (ALERTS{alertstate=\"firing\",")
        .append("alertname!~\"Hookbridge(" + String.join("|", others) + ")\"})'\n")
        .append("        eval_time: " + minute + "m\n        exp_samples: [")
        .append(
            List.of(alerts).stream()
                .map(name -> "{labels: '{alertname=\"Hookbridge" + name + "\"}', value: 1}")
                .collect(Collectors.joining(", ")))
        .append("]\n");
    return yaml.toString();
  }

  private static String series(String name, String values) {
    return "      - series: '" + name.replace("'", "''") + "'\n        values: " + values + "\n";
  }

  private Set<String> names() {
    Set<String> names = new TreeSet<>();
    scrapes.forEach(scrape -> names.addAll(scrape.values().keySet()));
    return names;
  }

  private static String target(String name) {
    return "{job=\"hookbridge\",instance=\"a\"" + (name.contains("{") ? "," : "}");
  }

  private static String labelled(String name) {
    int brace = name.indexOf('{');
    return brace < 0
        ? name + target(name)
        : name.substring(0, brace) + target(name) + name.substring(brace + 1);
  }

  private Scrape at(int minute) {
    return scrapes.get(Math.min(Math.max(0, minute - CALM), scrapes.size() - 1));
  }

  private String ups() {
    List<String> values = new ArrayList<>();
    for (int minute = 0; minute < LENGTH; minute++) {
      values.add(at(minute).up() ? "1" : "0");
    }
    return String.join(" ", values);
  }

  private String values(String name) {
    Scrape last = scrapes.get(scrapes.size() - 1);
    Scrape before = scrapes.get(Math.max(0, scrapes.size() - 2));
    double gain = 0;
    if (last.counts(name)) {
      gain = last.values().getOrDefault(name, 0.0) - before.values().getOrDefault(name, 0.0);
    }
    List<String> values = new ArrayList<>();
    for (int minute = 0; minute < LENGTH; minute++) {
      Scrape scrape = at(minute);
      Double value = scrape.values().get(name);
      int lasting = Math.max(0, minute - CALM - scrapes.size() + 1);
      if (value == null || value.isNaN()) {
        values.add("_");
      } else if (name.equals("hookbridge_time_seconds")) {
        values.add(String.valueOf(minute * 60 + value - scrape.clock()));
      } else {
        values.add(String.valueOf(value + Math.max(0, gain) * lasting));
      }
    }
    return String.join(" ", values);
  }
}
