using System.Diagnostics;
using Ftte.VectorWidthProbe;

namespace Ftte.Tests.Numerics;

/// <summary>The same work in child processes with instruction sets switched off, against this process.</summary>
public class VectorWidthTests
{
    [Fact]
    public void A_workload_that_is_run_again_has_the_same_hash_and_another_one_has_another()
    {
        string[] hashes = [.. Workload.All.Select(w => w.Run())];
        Assert.Equal(hashes, Workload.All.Select(w => w.Run()));
        Assert.Equal(hashes.Length, hashes.Select(h => h.Split(':')[1]).Distinct().Count());
    }

    [Theory]
    [InlineData("DOTNET_EnableAVX512", 256)]
    [InlineData("DOTNET_EnableAVX2", 128)]
    [InlineData("DOTNET_EnableHWIntrinsic", 0)]
    public async Task With_wider_vectors_switched_off_every_workload_has_the_same_bits(string knob, int widest)
    {
        (int exitCode, string output, string errors) = await RunProbeAsync(knob, widest);
        Assert.True(exitCode == 0, errors);
        Assert.Equal(Workload.All.Select(w => w.Run()), output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
    }

    [Fact]
    public async Task A_probe_whose_switch_had_no_effect_reports_it()
    {
        if (VectorWidthProbe.VectorWidth.Widest > 0)
        {
            (int exitCode, _, string errors) = await RunProbeAsync("DOTNET_NoSuchKnob", 0);
            Assert.NotEqual(0, exitCode);
            Assert.Contains("in force", errors, StringComparison.Ordinal);
        }
    }

    private static async Task<(int ExitCode, string Output, string Errors)> RunProbeAsync(string knob, int widest)
    {
        // Tests run inside "dotnet" or beside it in a host of their own; then the one on the path will do.
        string? host = Environment.ProcessPath;
        var start = new ProcessStartInfo(Path.GetFileNameWithoutExtension(host) == "dotnet" ? host! : "dotnet", [typeof(Workload).Assembly.Location, $"{widest}"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment[knob] = "0";
        using Process probe = Process.Start(start)!;
        Task<string> output = probe.StandardOutput.ReadToEndAsync(), errors = probe.StandardError.ReadToEndAsync();
        await probe.WaitForExitAsync();
        return (probe.ExitCode, await output, await errors);
    }
}
