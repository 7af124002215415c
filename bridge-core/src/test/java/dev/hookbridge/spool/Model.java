package dev.hookbridge.spool;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** The spool as it should be, in memory: what is held, and what each sink has confirmed. */
final class Model {
  /** The ids of events by number, those that every sink has included. */
  final TreeMap<Long, String> ids = new TreeMap<>();

  final Map<Long, String> only = new HashMap<>();
  final Set<String> remembered = new HashSet<>();
  final Map<String, Set<Long>> confirmed = new HashMap<>();
  final Map<String, List<String>> dead = new HashMap<>();
  long last;

  Model() {}

  Model(Model other) {
    ids.putAll(other.ids);
    only.putAll(other.only);
    remembered.addAll(other.remembered);
    other.confirmed.forEach((sink, numbers) -> confirmed.put(sink, new HashSet<>(numbers)));
    other.dead.forEach((sink, letters) -> dead.put(sink, List.copyOf(letters)));
    last = other.last;
  }

  /** True when it is new. */
  boolean append(String id) {
    if (!remembered.add(id)) {
      return false;
    }
    ids.put(++last, id);
    return true;
  }

  void replay(String id, String sink) {
    ids.put(++last, id);
    only.put(last, sink);
    confirmed.forEach(
        (other, numbers) -> {
          if (!other.equals(sink)) {
            numbers.add(last);
          }
        });
  }

  /** The numbers that a sink is still to be given, in order. */
  TreeSet<Long> waiting(String sink) {
    TreeSet<Long> waiting = new TreeSet<>(ids.keySet());
    waiting.removeAll(confirmed.get(sink));
    return waiting;
  }

  void addSink(String sink) {
    Set<Long> done = new HashSet<>();
    for (long number : ids.keySet()) {
      boolean gone =
          !confirmed.isEmpty() && confirmed.values().stream().allMatch(c -> c.contains(number));
      if (gone || only.containsKey(number) && !only.get(number).equals(sink)) {
        done.add(number);
      }
    }
    confirmed.put(sink, done);
  }
}
