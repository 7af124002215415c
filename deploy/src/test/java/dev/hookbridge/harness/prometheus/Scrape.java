package dev.hookbridge.harness.prometheus;

import dev.hookbridge.harness.host.Host;
import java.io.IOException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * What an agent showed to one scrape, or that it did not answer.
 *
 * @param values by series, that is name and labels
 * @param types by meter
 * @param clock what the scraper's clock said, seconds since 1970
 */
public record Scrape(Map<String, Double> values, Map<String, String> types, double clock) {
  private static final Pattern TYPE = Pattern.compile("^# TYPE (\\S+) (\\S+)$", Pattern.MULTILINE);
  private static final Pattern SAMPLE =
      Pattern.compile(
          "^((?:hookbridge_|process_start_time)\\w*(?:\\{.*})?) (\\S+)$", Pattern.MULTILINE);

  /** One that nobody answers. */
  static final Scrape DOWN = new Scrape(Map.of(), Map.of(), 0);

  public static Scrape of(Host host) throws InterruptedException {
    String text;
    try {
      text = host.ask("/metrics").body();
    } catch (IOException | IllegalArgumentException e) {
      return DOWN; // it does not listen
    }
    Map<String, String> types = new HashMap<>();
    for (MatchResult type : TYPE.matcher(text).results().toList()) {
      types.put(type.group(1), type.group(2));
    }
    Map<String, Double> values = new LinkedHashMap<>();
    for (MatchResult sample : SAMPLE.matcher(text).results().toList()) {
      values.put(sample.group(1), Double.valueOf(sample.group(2)));
    }
    return new Scrape(values, types, System.currentTimeMillis() / 1e3);
  }

  /** The same as a scraper sees it whose clock is so many seconds behind. */
  public Scrape byClockBehind(double seconds) {
    return new Scrape(values, types, clock - seconds);
  }

  public boolean up() {
    return !values.isEmpty();
  }

  /** Whether a series only grows, so that Prometheus asks for its rate. */
  boolean counts(String series) {
    String name = series.replaceFirst("\\{.*", "");
    String meter = name.replaceFirst("_(bucket|count|sum)$", "");
    return "counter".equals(types.get(name)) || "histogram".equals(types.get(meter));
  }
}
