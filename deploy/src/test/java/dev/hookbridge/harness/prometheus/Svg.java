package dev.hookbridge.harness.prometheus;

import java.util.Locale;

/** Writes the little of SVG that a picture of a dashboard needs. */
final class Svg {
  static final String TEXT = "#ccccdc";
  static final String FAINT = "#8e8e9c";
  private final StringBuilder out = new StringBuilder();

  Svg(int width, int height) {
    out.append(
        String.format(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\""
                + " height=\"%d\" font-family=\"Inter,Helvetica,Arial,sans-serif\">%n",
            width, height, width, height));
    box(0, 0, width, height, "#111217", 0);
  }

  void box(double x, double y, double width, double height, String fill, int radius) {
    out.append(
        String.format(
            Locale.ROOT,
            "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" rx=\"%d\" fill=\"%s\"/>%n",
            x,
            y,
            width,
            height,
            radius,
            fill));
  }

  void line(double x1, double y1, double x2, double y2) {
    out.append(
        String.format(
            Locale.ROOT,
            "<path d=\"M%.1f %.1fL%.1f %.1f\" stroke=\"#2a2d33\"/>%n",
            x1,
            y1,
            x2,
            y2));
  }

  /**
   * A line, or an area when it is filled.
   *
   * @param path in SVG's own words
   */
  void path(String path, String color, double opacity, boolean filled) {
    out.append(
        String.format(
            Locale.ROOT,
            "<path d=\"%s\" fill=\"%s\" stroke=\"%s\" opacity=\"%.2f\"/>%n",
            path,
            filled ? color : "none",
            filled ? "none" : color,
            opacity));
  }

  /**
   * A text by its baseline.
   *
   * @param anchor start, middle or end
   */
  void text(double x, double y, int size, String color, String anchor, String text) {
    out.append(
        String.format(
            Locale.ROOT,
            "<text x=\"%.1f\" y=\"%.1f\" font-size=\"%d\" fill=\"%s\" text-anchor=\"%s\">%s</text>%n",
            x,
            y,
            size,
            color,
            anchor,
            text.replace("&", "&amp;").replace("<", "&lt;")));
  }

  @Override
  public String toString() {
    return out + "</svg>\n";
  }
}
