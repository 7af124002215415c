package dev.hookbridge.observer.rpc;

import java.nio.ByteBuffer;

/**
 * A message of libvirt's protocol.
 *
 * @param whole false if the body was too large and was not kept
 */
record Message(
    int program, int procedure, int type, int serial, int status, byte[] body, boolean whole) {
  /** The program of libvirtd and of the modular daemons, and its version. */
  static final int REMOTE = 0x20008086;

  /** The program of pings. */
  static final int KEEPALIVE = 0x6b656570;

  static final int VERSION = 1;
  static final int CALL = 0;
  static final int REPLY = 1;
  static final int EVENT = 2;
  static final int OK = 0;

  /** The bytes of the length and of the header. */
  static final int HEAD = 28;

  /** The largest message of libvirt, which no daemon exceeds. */
  static final int LARGEST = 32 << 20;

  /** The largest body that is kept. A list of 16,384 guests has about 1 MiB. */
  static final int MOST_BODY = 4 << 20;

  static Message call(int procedure, int serial, byte[] body) {
    return new Message(REMOTE, procedure, CALL, serial, OK, body, true);
  }

  static Message keepalive(int procedure) {
    return new Message(KEEPALIVE, procedure, EVENT, 0, OK, new byte[0], true);
  }

  /** Returns the bytes to send. */
  ByteBuffer encoded() {
    return ByteBuffer.allocate(HEAD + body.length)
        .putInt(HEAD + body.length)
        .putInt(program)
        .putInt(VERSION)
        .putInt(procedure)
        .putInt(type)
        .putInt(serial)
        .putInt(status)
        .put(body)
        .flip();
  }

  /** Returns whether this is the reply to a call. */
  boolean answers(int called) {
    return program == REMOTE && type == REPLY && serial == called;
  }
}
