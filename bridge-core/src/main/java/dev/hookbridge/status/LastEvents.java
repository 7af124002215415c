package dev.hookbridge.status;

import dev.hookbridge.api.Envelope;
import dev.hookbridge.spool.Spool;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the last stored events, a fixed number of them. It keeps their names and drops their data.
 * Thread-safe, and quick enough for the thread that stores events.
 */
public final class LastEvents {
  static final int MOST = 50;

  /**
   * Maximum length of an attribute. Attributes are short by design; this is a guard against future
   * changes.
   */
  private static final int MOST_TEXT = 1024;

  private final @Nullable EventSummary[] ring = new EventSummary[MOST];
  private long count;

  /** Returns the last events of a spool, starting now. */
  public static LastEvents of(Spool spool) {
    LastEvents events = new LastEvents();
    spool.onStored(events::note);
    return events;
  }

  /** Records an event that was stored with a number. */
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

  /** Returns the kept events, the newest first. */
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
