namespace Ftte.TinyEngine.TimeSeries;

/// <summary>Specifies the sample or the samples that determine the label of a window.</summary>
public enum WindowLabel
{
    /// <summary>The label of most samples, without those that have none; the smallest one if several are equally frequent.</summary>
    Majority,

    /// <summary>The label of the last sample.</summary>
    Last,

    /// <summary>The label of the sample at half of the length.</summary>
    Middle,
}
