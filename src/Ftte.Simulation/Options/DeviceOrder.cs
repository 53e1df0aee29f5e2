namespace Ftte.Simulation;

/// <summary>Who is asked next.</summary>
public enum DeviceOrder
{
    /// <summary>Any device that is idle, with equal probability.</summary>
    Random = 0,

    /// <summary>Whoever has been idle longest; at first in the order of their indices.</summary>
    LongestIdle = 1,
}
