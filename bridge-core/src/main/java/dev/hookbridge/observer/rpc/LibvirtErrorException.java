package dev.hookbridge.observer.rpc;

import java.io.IOException;

/** The daemon refused a call. The connection can still be used. */
public final class LibvirtErrorException extends IOException {
  private static final long serialVersionUID = 1L;

  /** libvirt's number for a URI that no driver of the daemon serves (virterror.h). */
  public static final int NO_CONNECT = 5;

  /** libvirt's number for a domain that does not exist. */
  public static final int NO_DOMAIN = 42;

  private final int code;

  /**
   * Makes an exception.
   *
   * @param code libvirt's number of the error (virErrorNumber)
   */
  public LibvirtErrorException(int code, String message) {
    super(message);
    this.code = code;
  }

  public int code() {
    return code;
  }
}
