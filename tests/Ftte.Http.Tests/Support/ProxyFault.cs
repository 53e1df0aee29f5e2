namespace Ftte.Http.Tests;

/// <summary>Specifies what a <see cref="FaultyProxy"/> does to a connection.</summary>
public enum ProxyFault
{
    /// <summary>Forwards everything.</summary>
    None,

    /// <summary>Resets both connections.</summary>
    Cut,

    /// <summary>Holds back the following bytes for a while.</summary>
    Delay,

    /// <summary>Ends this direction and drops the following bytes. The other direction continues.</summary>
    HalfClose,

    /// <summary>Forwards nothing more in this direction and leaves both connections open.</summary>
    Stall,

    /// <summary>Drops the following bytes and closes both connections in order, as if the message had ended.</summary>
    Truncate,
}
