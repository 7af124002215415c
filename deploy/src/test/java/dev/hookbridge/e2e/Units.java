package dev.hookbridge.e2e;

import java.util.Locale;

/** Numbers as Grafana writes them. */
final class Units {
  private Units() {}

  static String show(double value, String unit) {
    if (Double.isNaN(value)) {
      return "–";
    }
    return switch (unit) {
      case "s" -> seconds(value);
      case "bytes" -> scaled(value, 1024, " B", " KiB", " MiB", " GiB", " TiB");
      case "percentunit" -> number(value * 100) + "%";
      case "cps" -> scaled(value, 1000, " c/s", "K c/s", "M c/s");
      default -> scaled(value, 1000, "", " K", " Mil", " Bil");
    };
  }

  private static String seconds(double value) {
    if (value == 0) {
      return "0 s";
    }
    if (value < 1e-3) {
      return number(value * 1e6) + " µs";
    }
    if (value < 1) {
      return number(value * 1e3) + " ms";
    }
    return value < 120 ? number(value) + " s" : number(value / 60) + " min";
  }

  private static String scaled(double value, double base, String... units) {
    double rest = value;
    int unit = 0;
    while (Math.abs(rest) >= base && unit + 1 < units.length) {
      rest /= base;
      unit++;
    }
    return number(rest) + units[unit];
  }

  private static String number(double value) {
    String text = String.format(Locale.ROOT, Math.abs(value) < 10 ? "%.2f" : "%.1f", value);
    return text.contains(".") ? text.replaceFirst("0+$", "").replaceFirst("\\.$", "") : text;
  }

  /** The least round number that is not below. */
  static double round(double value) {
    double power = Math.pow(10, Math.floor(Math.log10(Math.max(value, 1e-9))));
    for (double step : new double[] {1, 2, 2.5, 5, 10}) {
      if (step * power >= value) {
        return step * power;
      }
    }
    return value;
  }
}
