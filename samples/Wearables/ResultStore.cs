using System.Text.Json;
using Ftte;
using Ftte.Samples.Shared;
using Ftte.Simulation;
using Wearables.Learning;

namespace Wearables;

/// <summary>Keeps finished results in the resume file, and the federations of the first fold in the folder of the report, so that a later run continues.</summary>
internal sealed class ResultStore
{
    private const ulong FirstSeed = 1;

    private readonly WearablesOptions _options;
    private readonly Dictionary<(ulong Seed, int Fold, string Method), MethodResult> _results = [];

    /// <summary>Reads the resume file, if it exists.</summary>
    /// <exception cref="InputException">A line is damaged.</exception>
    public ResultStore(WearablesOptions options)
    {
        _options = options;
        if (options.ResumeFile is not { } file || !File.Exists(file))
        {
            return;
        }

        int number = 0;
        foreach (string line in File.ReadLines(file))
        {
            number++;
            try
            {
                // The last line of a run that was killed can be incomplete; its result is computed again.
                MethodResult? result = line.Length > 0 ? MethodResult.FromJson(line) : null;
                if (result is not null && result.Settings == options.Settings)
                {
                    _results[(result.Seed, result.Fold, result.Method)] = result;
                }
            }
            catch (JsonException bad)
            {
                throw new InputException($"--resume '{file}': line {number} is no result of this command. Delete the line or specify another file. {bad.Message}", bad);
            }
        }
    }

    /// <summary>Returns whether a result is kept, with its federation if the report needs it.</summary>
    public bool Has(ulong seed, int fold, string method) => _results.TryGetValue((seed, fold, method), out MethodResult? result) && (result.Seconds is null || RunFile(seed, fold, method) is not { } file || File.Exists(file));

    /// <summary>Returns a result.</summary>
    public MethodResult Get(ulong seed, int fold, string method) => _results[(seed, fold, method)];

    /// <summary>Returns the federation of a method in the first fold; null if there is none.</summary>
    /// <exception cref="InputException">The file is damaged.</exception>
    public SimulationResult? GetRun(string method)
    {
        if (RunFile(FirstSeed, 0, method) is not { } file || !File.Exists(file))
        {
            return null;
        }

        try
        {
            using StreamReader reader = File.OpenText(file);
            return ResultFile.ReadJsonLines(reader, file);
        }
        catch (Exception bad) when (bad is IOException or InvalidDataException)
        {
            throw new InputException($"--report: {bad.Message} Delete {file} to run it again.", bad);
        }
    }

    /// <summary>Keeps a result. The line is written last.</summary>
    public void Add(MethodResult result, SimulationResult? run)
    {
        _results[(result.Seed, result.Fold, result.Method)] = result;
        if (run is not null && run.Rule == result.Method && RunFile(result.Seed, result.Fold, result.Method) is { } runFile)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(runFile)!);
            AtomicFile.WriteText(runFile, writer => ResultFile.WriteJsonLines(writer, run));
        }

        if (_options.ResumeFile is { } file)
        {
            File.AppendAllText(file, result.ToJson() + "\n");
        }
    }

    private string? RunFile(ulong seed, int fold, string method) =>
        _options.ReportFolder is { } folder && seed == FirstSeed && fold == 0 ? Path.Combine(folder, "runs", $"{method}.jsonl") : null;
}
