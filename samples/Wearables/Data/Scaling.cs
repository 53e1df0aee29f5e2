namespace Wearables.Data;

/// <summary>Specifies the windows whose statistics normalize the channels.</summary>
internal enum Scaling
{
    /// <summary>The training windows of the base people.</summary>
    Base,

    /// <summary>The training windows of each device itself, which need no labels.</summary>
    Device,
}
