namespace Ftte.Wire;

/// <summary>Specifies the kind of a message.</summary>
/// <remarks>The numbers are part of the wire format.</remarks>
public enum MessageKind : byte
{
    /// <summary>A device's request for work: <see cref="CheckOutRequestMessage"/>.</summary>
    CheckOutRequest = 1,

    /// <summary>The server's response to a request for work, with the parameters that the device lacks: <see cref="CheckOutResponseMessage"/>.</summary>
    CheckOutResponse = 2,

    /// <summary>An update from a device: <see cref="UpdateMessage"/>.</summary>
    Update = 3,

    /// <summary>The server's response to an update: <see cref="ReceiptMessage"/>.</summary>
    Receipt = 4,

    /// <summary>The server's response to a request for work, with a reference to the parameters that the device lacks: <see cref="CheckOutReferenceMessage"/>.</summary>
    CheckOutReference = 5,
}
