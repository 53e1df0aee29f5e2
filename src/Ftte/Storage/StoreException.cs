namespace Ftte.Storage;

/// <summary>The exception that is thrown when a store cannot be opened, read or written. The message states the reason and what to do.</summary>
public sealed class StoreException : Exception
{
    /// <summary>Creates an exception for a failure that a retry does not correct.</summary>
    /// <param name="message">The reason and what to do.</param>
    public StoreException(string message)
        : base(message)
    {
    }

    /// <summary>Creates an exception.</summary>
    /// <param name="message">The reason and what to do.</param>
    /// <param name="innerException">The exception of the storage system; null for none.</param>
    /// <param name="isTransient">True if a retry can succeed without a restart.</param>
    public StoreException(string message, Exception? innerException, bool isTransient = false)
        : base(message, innerException) => IsTransient = isTransient;

    /// <summary>Gets a value that indicates whether the same call can succeed later, for example when disk space is available again.</summary>
    public bool IsTransient { get; }
}
