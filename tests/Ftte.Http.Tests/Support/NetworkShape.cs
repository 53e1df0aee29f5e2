namespace Ftte.Http.Tests;

/// <summary>Represents what a <see cref="ShapedNetwork"/> does to the packets of each direction.</summary>
/// <param name="Delay">The time that every packet needs.</param>
/// <param name="LossPercent">The share of packets that are lost, in percent.</param>
/// <param name="KilobitsPerSecond">The rate, in 1,000 bits per second.</param>
internal readonly record struct NetworkShape(TimeSpan Delay, int LossPercent, int KilobitsPerSecond);
