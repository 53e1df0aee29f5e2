namespace Ftte.Simulation;

/// <summary>Specifies which idle device gets work next.</summary>
public enum DeviceOrder
{
    /// <summary>Any eligible device, with equal probability.</summary>
    Random = 0,

    /// <summary>The eligible device that has been idle longest. At first, devices are in the order of their indices.</summary>
    LongestIdle = 1,
}
