using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Ftte.Benchmarks.Micro;
using Ftte.Samples.Shared;

namespace Ftte.Benchmarks;

/// <summary>Runs the classes of BenchmarkDotNet: each kernel against its readable scalar twin, which is the baseline of the ratio.</summary>
internal static class MicroBenchmark
{
    private static readonly Type[] Classes = [typeof(FoldBenchmarks), typeof(MomentsBenchmarks), typeof(BFloat16Benchmarks), typeof(Int8Benchmarks), typeof(ConvolutionBenchmarks)];

    public static int Run(string[] args)
    {
        string[] known = [.. Classes.Select(type => type.Name[..^"Benchmarks".Length].ToLowerInvariant())];
        Arguments arguments = Arguments.Parse(args, "--classes", "--quick");
        string[] names = arguments.Names("--classes", known, known);

        // In this process, so that nothing is built, and with its files in the folder for temporary ones.
        DirectoryInfo artifacts = Directory.CreateTempSubdirectory("ftte-benchmarks-");
        try
        {
            Job job = (arguments.IsQuick ? Job.Dry : Job.ShortRun).WithToolchain(InProcessEmitToolchain.Instance);
            IConfig config = ManualConfig.CreateEmpty()
                .AddJob(job)
                .AddLogger(ConsoleLogger.Default)
                .AddColumnProvider(DefaultColumnProviders.Instance)
                .WithArtifactsPath(artifacts.FullName)
                .WithOptions(ConfigOptions.DisableLogFile);
            Type[] chosen = [.. Classes.Where((_, i) => names.Contains(known[i]))];
            Summary[] summaries = BenchmarkRunner.Run(chosen, config);
            bool isComplete = summaries.All(summary => !summary.HasCriticalValidationErrors && summary.Reports.Length > 0 && summary.Reports.All(report => report.Success));
            return isComplete ? ExitCode.Done : ExitCode.BadInput;
        }
        finally
        {
            artifacts.Delete(recursive: true);
        }
    }
}
