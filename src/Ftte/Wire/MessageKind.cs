namespace Ftte.Wire;

/// <summary>What a message is.</summary>
/// <remarks>The numbers travel.</remarks>
public enum MessageKind : byte
{
    /// <summary>A device asks for work: <see cref="CheckOutRequestMessage"/>.</summary>
    CheckOutRequest = 1,

    /// <summary>The server's answer, with the parameters that the device lacks: <see cref="CheckOutResponseMessage"/>.</summary>
    CheckOutResponse = 2,

    /// <summary>A device hands in an update: <see cref="UpdateMessage"/>.</summary>
    Update = 3,

    /// <summary>The server's answer to an update: <see cref="ReceiptMessage"/>.</summary>
    Receipt = 4,
}
