package dev.hookbridge.spool;

/** Says how many events may be read into memory. */
public interface Admission {
  /** Admits every event. */
  Admission ALL =
      new Admission() {
        @Override
        public boolean admit(long bytes) {
          return true;
        }

        @Override
        public void withdraw() {}
      };

  /** Asked with an event's size before its data is read; false ends the page. */
  boolean admit(long bytes);

  /** One event of those that were admitted is not given after all. */
  void withdraw();
}
