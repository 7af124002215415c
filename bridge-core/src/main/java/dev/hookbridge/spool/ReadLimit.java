package dev.hookbridge.spool;

/**
 * Limits how many events a reader loads into memory. The reader asks for each event before it reads
 * the event's data.
 */
public interface ReadLimit {
  /** Admits every event. */
  ReadLimit ALL =
      new ReadLimit() {
        @Override
        public boolean admit(long bytes) {
          return true;
        }

        @Override
        public void withdraw() {}
      };

  /**
   * Reserves memory for one event. The reader calls this method before it reads the event's data.
   *
   * @param bytes the size of the event
   * @return false when there is no memory for the event; the page then ends before it
   */
  boolean admit(long bytes);

  /** Takes back the latest admission, because the reader does not return that event. */
  void withdraw();
}
