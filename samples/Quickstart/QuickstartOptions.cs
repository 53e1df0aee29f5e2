namespace Quickstart;

/// <summary>The settings of the command.</summary>
/// <param name="MnistFolder">The folder with MNIST's four files; null for synthetic digits.</param>
/// <param name="Seed">The seed of every random choice.</param>
/// <param name="Devices">The number of devices.</param>
/// <param name="ServerStep">The server's learning rate for both methods; null for the tuned one.</param>
/// <param name="JsonFile">The file for the figures; null for none.</param>
/// <param name="ChartFile">The file for the chart; null for none.</param>
internal sealed record QuickstartOptions(string? MnistFolder, int Seed, int Devices, double? ServerStep, string? JsonFile, string? ChartFile);
