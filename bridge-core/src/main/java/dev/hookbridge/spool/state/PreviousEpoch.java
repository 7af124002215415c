package dev.hookbridge.spool.state;

import java.util.OptionalLong;

/**
 * The epoch before the current one, for the event {@code agent.started}.
 *
 * @param epoch the name of the epoch. It is {@link #UNKNOWN} for the first spool of a folder, and
 *     for a spool whose file could not be read
 * @param last the highest sequence number of the epoch, empty when unknown
 */
public record PreviousEpoch(String epoch, OptionalLong last) {
  public static final String UNKNOWN = "unknown";

  /** Returns an unknown epoch. */
  public static PreviousEpoch unknown() {
    return new PreviousEpoch(UNKNOWN, OptionalLong.empty());
  }
}
