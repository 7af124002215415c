package dev.hookbridge.harness.prometheus;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The dashboard as Grafana would lay it out, drawn from its own queries: for the documents, and to
 * see that every panel has something to show.
 */
public final class Picture {
  private static final double COLUMN = 50;
  private static final double UNIT = 30;
  private static final int GAP = 8;

  private final Prometheus prometheus;
  private final long from;
  private final long to;
  private final String interval;

  /**
   * @param from seconds since 1970, as {@code to}
   * @param interval over which rates are taken
   */
  public Picture(Prometheus prometheus, long from, long to, String interval) {
    this.prometheus = prometheus;
    this.from = from;
    this.to = to;
    this.interval = interval;
  }

  /** The panels below one of its headings; the first is 0. */
  public String svg(int section) {
    List<Dashboard.Panel> panels = section(section);
    int top = panels.get(0).place().y();
    int bottom =
        panels.stream()
            .mapToInt(panel -> panel.place().y() + panel.place().height())
            .max()
            .orElse(0);
    Svg svg = new Svg((int) (24 * COLUMN) + GAP, (int) ((bottom - top) * UNIT) + GAP);
    for (Dashboard.Panel panel : panels) {
      Dashboard.Place place = panel.place();
      double x = place.x() * COLUMN + GAP;
      double y = (place.y() - top) * UNIT + GAP;
      double width = place.width() * COLUMN - GAP;
      double height = place.height() * UNIT - GAP;
      draw(svg, panel, x, y, width, height);
    }
    return svg.toString();
  }

  private static List<Dashboard.Panel> section(int wanted) {
    List<Dashboard.Panel> panels = new ArrayList<>();
    int section = -1;
    for (Dashboard.Panel panel : new Dashboard().panels()) {
      section += panel.type().equals("row") ? 1 : 0;
      if (section == wanted) {
        panels.add(panel);
      }
    }
    return panels;
  }

  private void draw(
      Svg svg, Dashboard.Panel panel, double x, double y, double width, double height) {
    if (panel.type().equals("row")) {
      svg.text(
          x + 4, y + 18, 16, Svg.TEXT, "start", "⌄ " + panel.title().replace("$instance", "All"));
      return;
    }
    svg.box(x, y, width, height, "#181b1f", 3);
    svg.text(x + 12, y + 20, 13, Svg.TEXT, "start", panel.title());
    switch (panel.type()) {
      case "stat" -> stat(svg, panel, x, y, width, height);
      case "table" -> table(svg, panel, x, y + 30, width);
      case "timeseries" ->
          new Chart(prometheus, from, to, interval).draw(svg, panel, x, y + 28, width, height - 28);
      default -> throw new AssertionError("no picture of a panel of type " + panel.type());
    }
  }

  private void stat(
      Svg svg, Dashboard.Panel panel, double x, double y, double width, double height) {
    double value = prometheus.value(panel.queries().get(0).asked(interval));
    String color = color(panel.json().at("/fieldConfig/defaults/thresholds/steps"), value);
    String shown = Units.show(value, panel.unit());
    svg.text(x + width / 2, y + height / 2 + 24, 30, color, "middle", shown);
  }

  private static String color(JsonNode steps, double value) {
    String color = "green";
    for (JsonNode step : steps) {
      if (step.path("value").isNull() || value >= step.path("value").asDouble()) {
        color = step.path("color").asText();
      }
    }
    return Map.of(
            "green", "#73BF69", "orange", "#FF9830", "red", "#F2495C", "blue", "#5794F2", "text",
            Svg.TEXT)
        .get(color);
  }

  /** Host by host, a column for each query. */
  private void table(Svg svg, Dashboard.Panel panel, double x, double y, double width) {
    Map<String, List<String>> rows = new TreeMap<>();
    JsonNode names = panel.json().at("/transformations/1/options/renameByName");
    int columns = panel.queries().size() + 1;
    svg.text(x + 12, y + 14, 12, "#6e9fff", "start", "host");
    for (int i = 1; i < columns; i++) {
      String name = names.path("Value #" + (char) ('A' + i - 1)).asText();
      svg.text(x + 12 + width * i / columns, y + 14, 12, "#6e9fff", "start", name);
      for (JsonNode series : prometheus.query(panel.queries().get(i - 1).asked(interval))) {
        rows.computeIfAbsent(series.at("/metric/instance").asText(), host -> new ArrayList<>())
            .add(cell(panel.json(), name, series.at("/value/1").asDouble()));
      }
    }
    double line = y + 40;
    for (Map.Entry<String, List<String>> row : rows.entrySet()) {
      svg.line(x + 8, line - 18, x + width - 8, line - 18);
      svg.text(x + 12, line, 12, Svg.TEXT, "start", row.getKey());
      for (int i = 0; i < row.getValue().size(); i++) {
        String[] cell = row.getValue().get(i).split("\t", 2);
        svg.text(x + 12 + width * (i + 1) / columns, line, 12, cell[0], "start", cell[1]);
      }
      line += 28;
    }
  }

  /** Colour and text, as the dashboard's overrides for this column say. */
  private static String cell(JsonNode panel, String column, double value) {
    String color = Svg.TEXT;
    String text = Units.show(value, "short");
    for (JsonNode override : panel.at("/fieldConfig/overrides")) {
      if (!override.at("/matcher/options").asText().equals(column)) {
        continue;
      }
      for (JsonNode property : override.path("properties")) {
        JsonNode set = property.path("value");
        switch (property.path("id").asText()) {
          case "unit" -> text = Units.show(value, set.asText());
          case "thresholds" -> color = color(set.path("steps"), value);
          case "mappings" -> {
            JsonNode mapped = set.at("/0/options/" + Math.round(value));
            text = mapped.path("text").asText();
            color = mapped.path("color").asText().equals("red") ? "#F2495C" : "#73BF69";
          }
          default -> text = text.strip();
        }
      }
    }
    return color + "\t" + text;
  }
}
