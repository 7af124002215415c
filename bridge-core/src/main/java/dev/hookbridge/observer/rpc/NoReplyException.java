package dev.hookbridge.observer.rpc;

import java.io.IOException;

/** The daemon did not reply to a call in time. The connection can still be used. */
public final class NoReplyException extends IOException {
  private static final long serialVersionUID = 1L;

  public NoReplyException(String message) {
    super(message);
  }
}
