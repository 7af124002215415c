package dev.hookbridge.observer.rpc;

import java.io.IOException;

/** The daemon accepts, reads or sends nothing. The connection has ended. */
public final class SilentDaemonException extends IOException {
  private static final long serialVersionUID = 1L;

  public SilentDaemonException(String message) {
    super(message);
  }
}
