package dev.hookbridge.record;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;

/**
 * What libvirt wrote to a hook's standard input. It can be read more than once; a large one is read
 * from its file, which lies in the mailbox until its event is stored.
 */
public interface Stdin {
  /** How many bytes it has. */
  int length();

  /** From its first byte on; to be closed. */
  InputStream open() throws IOException;

  /** Held in memory; not copied. */
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
