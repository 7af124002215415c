package dev.hookbridge.command;

import dev.hookbridge.api.ErrorText;
import dev.hookbridge.api.SinkException;
import dev.hookbridge.config.ConfigException;
import dev.hookbridge.hooks.HooksException;
import dev.hookbridge.spool.sqlite.SpoolException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.ParseResult;

/**
 * Prints an exception of a command as one sentence to stderr, and sets exit code 1. It prints a
 * stack trace for an unexpected exception.
 */
public final class Failures implements IExecutionExceptionHandler {

  @Override
  public int handleExecutionException(Exception e, CommandLine command, ParseResult parsed) {
    PrintWriter err = command.getErr();
    if (expected(e)) {
      err.println("hookbridge: " + sentence(e));
    } else {
      err.println("hookbridge: unexpected failure; please report it with the following text");
      e.printStackTrace(err);
    }
    return 1;
  }

  private static boolean expected(Exception e) {
    return e instanceof IOException
        || e instanceof ConfigException
        || e instanceof SpoolException
        || e instanceof SinkException
        || e instanceof HooksException
        || e instanceof Failure;
  }

  /** Returns one sentence about an exception. */
  public static String sentence(@Nullable Throwable e) {
    if (e instanceof AccessDeniedException denied) {
      return denied.getFile() + ": no permission; run this as its owner or as root";
    }
    if (e instanceof NoSuchFileException missing) {
      return missing.getFile() + " is missing: create it, or set another data folder";
    }
    if (e == null) {
      return "an unknown failure";
    }
    String message = e.getMessage();
    boolean ours = e.getClass() == IOException.class || !e.getClass().getName().startsWith("java");
    return ours && message != null ? ErrorText.of(message) : ErrorText.of(e);
  }

  /** A failure that a command itself found. The message is one sentence. */
  public static final class Failure extends Exception {
    private static final long serialVersionUID = 1;

    public Failure(String message) {
      super(message);
    }
  }
}
