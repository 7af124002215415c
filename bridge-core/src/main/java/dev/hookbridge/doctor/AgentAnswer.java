package dev.hookbridge.doctor;

import dev.hookbridge.config.HostPaths;
import dev.hookbridge.http.AgentClient;
import dev.hookbridge.http.Endpoint;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalInt;

/**
 * The running agent's answer to {@code /ready}.
 *
 * @param failing the parts that are failing, with the agent's text
 */
record AgentAnswer(Map<String, String> failing) {
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  /**
   * Requests the answer from the agent.
   *
   * @throws IOException when no agent answers
   */
  static AgentAnswer of(Endpoint endpoint, HostPaths places) throws IOException {
    return parse(client(endpoint, places).get("/ready").body());
  }

  /**
   * Returns a client of the agent.
   *
   * @throws IOException when there is no spool, whose owner identifies the agent
   */
  static AgentClient client(Endpoint endpoint, HostPaths places) throws IOException {
    OptionalInt owner = DoctorFolders.owner(places.spool());
    if (owner.isEmpty()) {
      throw new IOException("there is no folder " + places.spool());
    }
    return new AgentClient(endpoint, PATIENCE, owner.getAsInt());
  }

  /**
   * Parses the body of the answer. It has one line for each part: {@code failing sink feed:
   * unreachable …}.
   */
  static AgentAnswer parse(String body) {
    Map<String, String> failing = new LinkedHashMap<>();
    for (String line : body.lines().toList()) {
      if (line.startsWith("failing ")) {
        String rest = line.substring("failing ".length());
        int colon = rest.indexOf(": ");
        failing.put(
            colon < 0 ? rest : rest.substring(0, colon),
            colon < 0 ? "it is failing" : rest.substring(colon + 2));
      }
    }
    return new AgentAnswer(failing);
  }
}
