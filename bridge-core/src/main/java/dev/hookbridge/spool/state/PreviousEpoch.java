package dev.hookbridge.spool.state;

import java.util.OptionalLong;

/**
 * The epoch before this one, for {@code agent.started}.
 *
 * @param epoch its name, {@link #UNKNOWN} for the first spool of a folder and for one whose file
 *     could not be read
 * @param last the highest number given in it, empty when unknown
 */
public record PreviousEpoch(String epoch, OptionalLong last) {
  public static final String UNKNOWN = "unknown";

  public static PreviousEpoch unknown() {
    return new PreviousEpoch(UNKNOWN, OptionalLong.empty());
  }
}
