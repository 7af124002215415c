package dev.hookbridge.doctor;

import dev.hookbridge.command.CommonOptions;
import dev.hookbridge.command.Failures;
import dev.hookbridge.config.ConfigException;
import dev.hookbridge.http.AgentClient;
import dev.hookbridge.http.Endpoint;
import java.io.IOException;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads from the running agent's metrics when each driver's hook was last called. */
public final class LastSeen {
  private static final Pattern LINE =
      Pattern.compile(
          "^hookbridge_hook_last_call_timestamp_seconds\\{driver=\"(\\w+)\"} (\\S+)$",
          Pattern.MULTILINE);

  private LastSeen() {}

  /** Returns the last call by driver. Returns an empty map when no agent answers. */
  public static Map<String, Instant> ask(CommonOptions setup) {
    Map<String, Instant> seen = new HashMap<>();
    try {
      Optional<Endpoint> http = setup.config().http();
      if (http.isEmpty()) {
        return seen;
      }
      AgentClient agent = AgentAnswer.client(http.get(), setup.places());
      Matcher line = LINE.matcher(agent.get("/metrics").body());
      while (line.find()) {
        double seconds = Double.parseDouble(line.group(2));
        seen.put(line.group(1), Instant.ofEpochMilli((long) (seconds * 1e3)));
      }
    } catch (ConfigException | IOException | IllegalArgumentException e) {
      if (AgentClient.isImpostor(e)) {
        System.err.println("warning: " + Failures.sentence(e));
      }
      return seen; // no agent, or it cannot be queried
    }
    return seen;
  }
}
