package dev.hookbridge.harness.prometheus;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.hookbridge.testing.Repository;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/** Grafana's dashboard as the repository has it. */
public final class Dashboard {
  private final JsonNode json;

  public Dashboard() {
    try {
      json =
          new ObjectMapper().readTree(Repository.file("deploy/grafana/hookbridge.json").toFile());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public JsonNode json() {
    return json;
  }

  /** Where a panel stands, in Grafana's units: 24 to the width. */
  record Place(int x, int y, int width, int height) {}

  /**
   * One query of a panel.
   *
   * @param expression with the dashboard's variables in it
   */
  public record Query(String expression, String legend) {
    /** As Grafana asks it, with every host and sink chosen. */
    public String asked(String interval) {
      return expression
          .replace("$__rate_interval", interval)
          .replace("$job", "hookbridge")
          .replace("$instance", ".*")
          .replace("$sink", ".*");
    }
  }

  /**
   * A panel.
   *
   * @param type row, stat, timeseries or table
   */
  public record Panel(String type, String title, Place place, List<Query> queries, JsonNode json) {
    String unit() {
      return json.at("/fieldConfig/defaults/unit").asText("short");
    }

    boolean stacked() {
      return json.at("/fieldConfig/defaults/custom/stacking/mode").asText().equals("normal");
    }
  }

  public List<Panel> panels() {
    List<Panel> panels = new ArrayList<>();
    for (JsonNode panel : json.path("panels")) {
      JsonNode at = panel.path("gridPos");
      List<Query> queries = new ArrayList<>();
      for (JsonNode target : panel.path("targets")) {
        queries.add(new Query(target.path("expr").asText(), target.path("legendFormat").asText()));
      }
      panels.add(
          new Panel(
              panel.path("type").asText(),
              panel.path("title").asText(),
              new Place(
                  at.path("x").asInt(),
                  at.path("y").asInt(),
                  at.path("w").asInt(),
                  at.path("h").asInt()),
              queries,
              panel));
    }
    return panels;
  }
}
