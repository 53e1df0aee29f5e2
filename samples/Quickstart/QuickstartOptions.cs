namespace Quickstart;

/// <summary>What the user asked for.</summary>
/// <param name="MnistFolder">The folder with MNIST's four files; null to draw digits instead.</param>
/// <param name="Seed">What every random choice is made from.</param>
/// <param name="Devices">How many devices take part.</param>
/// <param name="JsonFile">Where the figures go as JSON; null for nowhere.</param>
/// <param name="ChartFile">Where the chart goes; null for nowhere.</param>
internal sealed record QuickstartOptions(string? MnistFolder, int Seed, int Devices, string? JsonFile, string? ChartFile);
