package dev.hookbridge.record;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;

/**
 * What libvirt wrote to a hook's standard input. It can be read more than once. A large one is read
 * from its file, which stays in the mailbox until the event is stored.
 */
public interface Stdin {
  /** Returns the number of bytes. */
  int length();

  /** Opens a stream at the first byte. The caller closes it. */
  InputStream open() throws IOException;

  /** Returns a stdin in memory. The bytes are not copied. */
  static Stdin of(byte[] bytes) {
    return new Stdin() {
      @Override
      public int length() {
        return bytes.length;
      }

      @Override
      public InputStream open() {
        return new ByteArrayInputStream(bytes);
      }
    };
  }
}
