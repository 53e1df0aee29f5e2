using Spectre.Console;

namespace Quickstart;

/// <summary>Says who takes part and with what.</summary>
internal static class Introduction
{
    public static void Write(IAnsiConsole console, FederatedDigits digits, IReadOnlyList<DeviceSpec> devices)
    {
        string kinds = string.Join(", ", devices.GroupBy(d => d.Kind).OrderByDescending(g => g.Key.LeastMemoryBytes).Select(g => $"{g.Count()} {g.Key.Plural}"));
        console.WriteLine(
            $"{devices.Count} devices: {kinds}; {devices.Count(d => d.IsSlow)} of them are {DevicePopulation.SlowFactor:0} times slower.");
        console.WriteLine(
            $"They can spare {Units.Bytes(devices.Min(d => d.MemoryBudgetBytes))} to {Units.Bytes(devices.Max(d => d.MemoryBudgetBytes))} to train in "
            + $"and hold {Range(devices.Min(d => d.ExampleCount), devices.Max(d => d.ExampleCount))} digits each.");
        console.WriteLine(
            $"The server has {digits.Public.Count} digits of other people; {digits.Test.Count:N0} digits test the model.");
    }

    private static string Range(int least, int most) => least == most ? $"{least}" : $"{least} to {most}";
}
