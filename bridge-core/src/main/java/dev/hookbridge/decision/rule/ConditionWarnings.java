package dev.hookbridge.decision.rule;

import dev.hookbridge.envelope.Operations;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** Checks whether a condition uses only members that the data of its calls can have. */
final class ConditionWarnings {
  private ConditionWarnings() {}

  /** Loads the schema when the first condition is checked. */
  private static final class Schema {
    static final DataMembers EVENT = DataMembers.ofEvents();
  }

  /**
   * Returns the warnings for the members that a condition uses.
   *
   * @param paths the member names of each access; a list index is a number
   */
  static List<String> of(Collection<List<String>> paths, OperationPattern when) {
    Map<String, String> doubts = new TreeMap<>();
    for (List<String> path : paths) {
      unknown(path)
          .or(() -> foreign(path, when))
          .ifPresent(doubt -> doubts.put(String.join(".", path), doubt));
    }
    return new ArrayList<>(doubts.values());
  }

  private static Optional<String> unknown(List<String> path) {
    DataMembers at = Schema.EVENT;
    for (int i = 0; i < path.size(); i++) {
      String name = path.get(i);
      boolean index = at.items() != null && name.matches("\\d+");
      DataMembers next = index ? at.items() : at.members().get(name);
      if (next == null) {
        String parent = i == 0 ? "an event's data" : String.join(".", path.subList(0, i));
        return Optional.of(
            "speaks of "
                + String.join(".", path.subList(0, i + 1))
                + ", which no event has: "
                + (at.members().isEmpty()
                    ? parent + " has no members" + (at.items() == null ? "" : ", give an index")
                    : parent + " has " + String.join(", ", at.members().keySet())));
      }
      at = next;
    }
    return Optional.empty();
  }

  private static Optional<String> foreign(List<String> path, OperationPattern when) {
    return foreignTo(when).contains(path.get(0))
        ? Optional.of("speaks of " + path.get(0) + ", which the events of " + when + " do not have")
        : Optional.empty();
  }

  /**
   * Returns the members that the events of these calls never have. Events of guest calls have no
   * network. Events of network calls that can be vetoed have no guest.
   */
  private static Set<String> foreignTo(OperationPattern when) {
    if (when.driver().equals("*")) {
      return Set.of();
    }
    if (!when.driver().equals(Operations.NETWORK)) {
      return Set.of("network", "port");
    }
    return when.operation().equals("start") ? Set.of("domain", "port") : Set.of("domain");
  }
}
