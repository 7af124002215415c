package dev.hookbridge.status;

import dev.hookbridge.api.Envelope;
import dev.hookbridge.spool.Spool;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The last events that were stored, a fixed number of them. It keeps their names and lets their
 * data go. Safe between threads, and quick enough for the thread that stores.
 */
public final class LastEvents {
  static final int MOST = 50;

  /** Attributes are short by their making; this holds whatever makes them one day. */
  private static final int MOST_TEXT = 1024;

  private final @Nullable EventSummary[] ring = new EventSummary[MOST];
  private long count;

  /** Those of a spool, from now on. */
  public static LastEvents of(Spool spool) {
    LastEvents events = new LastEvents();
    spool.onStored(events::note);
    return events;
  }

  /** An event was stored under a number. */
  void note(long sequence, Envelope event) {
    Map<String, String> attributes = event.attributes();
    EventSummary seen =
        new EventSummary(
            sequence,
            cut(attributes.getOrDefault("time", "")),
            cut(event.type()),
            cut(attributes.getOrDefault("subject", "")));
    synchronized (ring) {
      ring[(int) (count++ % MOST)] = seen;
    }
  }

  private static String cut(String text) {
    return text.length() <= MOST_TEXT ? text : text.substring(0, MOST_TEXT);
  }

  /** Those that are kept, the newest first. */
  public List<EventSummary> newestFirst() {
    List<EventSummary> events = new ArrayList<>(MOST);
    synchronized (ring) {
      for (long at = count - 1; at >= 0 && at >= count - MOST; at--) {
        EventSummary seen = ring[(int) (at % MOST)];
        if (seen != null) {
          events.add(seen);
        }
      }
    }
    return events;
  }
}
