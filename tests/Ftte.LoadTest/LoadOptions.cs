namespace Ftte.LoadTest;

/// <summary>Represents the options of a load test.</summary>
/// <param name="Devices">The number of devices.</param>
/// <param name="Calls">The number of calls in progress at the same time.</param>
/// <param name="Duration">The duration.</param>
/// <param name="Downloads">Whether devices download the parameters that they lack.</param>
internal sealed record LoadOptions(int Devices, int Calls, TimeSpan Duration, bool Downloads);
