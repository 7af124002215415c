package dev.hookbridge.harness.prometheus;

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

  /** The least number that is round in its unit and not below; 1 for 0. */
  static double round(double value, String unit) {
    double base = 1;
    while (unit.equals("bytes") && value >= base * 1024) {
      base *= 1024;
    }
    double power = base * Math.pow(10, Math.floor(Math.log10(value / base)));
    for (double step : new double[] {1, 2, 4, 5, 10}) {
      if (value > 0 && step * power >= value) {
        return step * power;
      }
    }
    return 1;
  }
}
