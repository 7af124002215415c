package dev.hookbridge.harness.prometheus;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/** A panel of lines over time. */
final class Chart {
  private static final List<String> COLORS =
      List.of(
          "#73BF69", "#F2CC0C", "#8AB8FF", "#FF780A", "#F2495C", "#5794F2", "#B877D9", "#705DA0",
          "#37872D", "#FADE2A", "#447EBC", "#C15C17", "#890F02", "#0A437C");
  private static final DateTimeFormatter CLOCK =
      DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ROOT).withZone(ZoneOffset.UTC);
  private static final int STEPS = 240;
  private static final int LEFT = 58;

  /** A series with its legend; no value is not a number. */
  private record Line(String legend, double[] values) {}

  private final Prometheus prometheus;
  private final long from;
  private final long to;
  private final long step;
  private final String interval;

  Chart(Prometheus prometheus, long from, long to, String interval) {
    this.prometheus = prometheus;
    this.from = from;
    this.to = to;
    this.step = Math.max(1, (to - from) / STEPS);
    this.interval = interval;
  }

  /** Draws into a box whose title is there already. */
  void draw(Svg svg, Dashboard.Panel panel, double x, double y, double width, double height) {
    List<Line> lines = lines(panel);
    List<Line> shown = panel.stacked() ? stacked(lines) : lines;
    double left = x + LEFT;
    double right = x + width - 14;
    double top = y + 8;
    double bottom = y + height - 46;
    double most = Units.round(highest(shown), panel.unit());
    for (int i = 0; i <= 4; i++) {
      double at = bottom - (bottom - top) * i / 4;
      svg.line(left, at, right, at);
      svg.text(left - 6, at + 4, 11, Svg.FAINT, "end", Units.show(most * i / 4, panel.unit()));
    }
    int ticks = width > 500 ? 6 : 3;
    for (int i = 0; i <= ticks; i++) {
      String clock = CLOCK.format(Instant.ofEpochSecond(from + (to - from) * i / ticks));
      double at = left + (right - left) * i / ticks;
      svg.text(at, bottom + 16, 11, Svg.FAINT, i == ticks ? "end" : "middle", clock);
    }
    for (int i = shown.size() - 1; i >= 0; i--) {
      String color = COLORS.get(i % COLORS.size());
      double[] values = shown.get(i).values;
      for (int[] run : runs(values)) {
        String path = path(values, run, left, right, top, bottom, most);
        if (panel.stacked()) {
          double end = left + (right - left) * (run[1] - 1) / (values.length - 1.0);
          double start = left + (right - left) * run[0] / (values.length - 1.0);
          String area =
              path
                  + String.format(Locale.ROOT, "L%.1f %.1fL%.1f %.1fZ", end, bottom, start, bottom);
          svg.path(area, color, 0.55, true);
        }
        svg.path(path, color, 1, false);
      }
    }
    legend(svg, lines, x + 12, y + height - 12, width - 24);
  }

  private List<Line> lines(Dashboard.Panel panel) {
    List<Line> lines = new ArrayList<>();
    for (Dashboard.Query query : panel.queries()) {
      for (JsonNode series : prometheus.range(query.asked(interval), from, to, step)) {
        double[] values = new double[(int) ((to - from) / step) + 1];
        Arrays.fill(values, Double.NaN);
        for (JsonNode value : series.path("values")) {
          values[(int) ((value.get(0).asLong() - from) / step)] = value.get(1).asDouble(Double.NaN);
        }
        lines.add(new Line(legend(query.legend(), series.path("metric")), values));
      }
    }
    return lines;
  }

  private static String legend(String template, JsonNode labels) {
    return Pattern.compile("\\{\\{(\\w+)}}")
        .matcher(template)
        .replaceAll(label -> labels.path(label.group(1)).asText());
  }

  private static List<Line> stacked(List<Line> lines) {
    List<Line> stacked = new ArrayList<>();
    double[] below = lines.isEmpty() ? new double[0] : new double[lines.get(0).values.length];
    for (Line line : lines) {
      double[] sum = new double[below.length];
      for (int i = 0; i < sum.length; i++) {
        sum[i] = below[i] + (Double.isNaN(line.values[i]) ? 0 : line.values[i]);
      }
      stacked.add(new Line(line.legend, sum));
      below = sum;
    }
    return stacked;
  }

  private static double highest(List<Line> lines) {
    return lines.stream()
        .flatMapToDouble(line -> Arrays.stream(line.values))
        .filter(value -> !Double.isNaN(value))
        .max()
        .orElse(1);
  }

  /** The stretches that have values: first, and the one after the last. */
  private static List<int[]> runs(double[] values) {
    List<int[]> runs = new ArrayList<>();
    int begin = -1;
    for (int i = 0; i <= values.length; i++) {
      boolean there = i < values.length && !Double.isNaN(values[i]);
      if (there && begin < 0) {
        begin = i;
      } else if (!there && begin >= 0) {
        runs.add(new int[] {begin, i});
        begin = -1;
      }
    }
    return runs;
  }

  private static String path(
      double[] values,
      int[] run,
      double left,
      double right,
      double top,
      double bottom,
      double most) {
    StringBuilder path = new StringBuilder();
    for (int i = run[0]; i < run[1]; i++) {
      double x = left + (right - left) * i / (values.length - 1.0);
      double y = bottom - (bottom - top) * Math.min(1, values[i] / most);
      path.append(String.format(Locale.ROOT, "%s%.1f %.1f", i == run[0] ? "M" : "L", x, y));
    }
    return path.toString();
  }

  private static void legend(Svg svg, List<Line> lines, double x, double y, double width) {
    double at = x;
    for (int i = 0; i < lines.size(); i++) {
      String text = lines.get(i).legend;
      double needed = 24 + text.length() * 6.2;
      if (at + needed > x + width - 14) {
        svg.text(at, y, 11, Svg.FAINT, "start", "…");
        return;
      }
      svg.box(at, y - 5, 12, 3, COLORS.get(i % COLORS.size()), 1);
      svg.text(at + 16, y, 11, Svg.TEXT, "start", text);
      at += needed;
    }
  }
}
