namespace Ftte.Testing;

/// <summary>Specifies how a server, or the network on the way to it, fails.</summary>
public enum LinkFault
{
    /// <summary>There is no server at the address.</summary>
    Unreachable,

    /// <summary>The connection ends after the request, without an answer.</summary>
    NoAnswer,

    /// <summary>The connection ends in the middle of the answer.</summary>
    TruncatedAnswer,

    /// <summary>One bit of the answer is flipped.</summary>
    DamagedAnswer,

    /// <summary>The answer has the right frame but is not a message of this library.</summary>
    ForeignAnswer,

    /// <summary>The answer is a valid message that answers another kind of request.</summary>
    UnexpectedAnswer,

    /// <summary>The answer is announced as larger than any that the model allows, and the connection stays open.</summary>
    OversizedAnswer,

    /// <summary>The connection stays open without an answer until the proxy's timeout has passed.</summary>
    Timeout,

    /// <summary>The connection stays open without an answer, and the proxy's timeout has not passed.</summary>
    Hang,
}
