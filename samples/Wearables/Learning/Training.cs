namespace Wearables.Learning;

/// <summary>Specifies how the model of a device is trained.</summary>
internal enum Training
{
    /// <summary>On the examples of the base people only.</summary>
    Base,

    /// <summary>Centrally, on the pooled examples of all participants.</summary>
    Pooled,

    /// <summary>On each device alone, from random weights.</summary>
    Local,

    /// <summary>In a synchronous federation that trains all parameters without a plan.</summary>
    FedAvg,

    /// <summary>In an asynchronous federation that trains what fits the memory of its devices.</summary>
    Ftte,
}
