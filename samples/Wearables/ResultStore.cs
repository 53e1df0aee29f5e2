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
    private readonly Dictionary<(ulong Seed, int Fold, string Kind, string Method), MethodResult> _results = [];

    /// <summary>Reads the resume file, if it exists.</summary>
    /// <exception cref="InputException">A line is damaged.</exception>
    public ResultStore(WearablesOptions options)
    {
        _options = options;
        if (options.ResumeFile is not { } file || !File.Exists(file))
        {
            return;
        }

        // The last line is incomplete if an earlier run was killed while it wrote it; its result is computed again.
        string text = File.ReadAllText(file), complete = text[..(text.LastIndexOf('\n') + 1)];
        foreach ((int index, string line) in complete.Split('\n', StringSplitOptions.RemoveEmptyEntries).Index())
        {
            MethodResult result = Parse(file, index + 1, line);
            if (result.Settings == options.Settings)
            {
                _results[(result.Seed, result.Fold, result.Kind, result.Method)] = result;
            }
        }

        if (complete.Length < text.Length)
        {
            AtomicFile.WriteAllText(file, complete);
        }
    }

    /// <summary>Returns whether a result is kept, with its federation if the report needs it.</summary>
    public bool Has(ulong seed, int fold, string kind, Method method) =>
        _results.ContainsKey((seed, fold, kind, method.Name)) && (!method.HasFederation || RunFile(seed, fold, kind, method.Name) is not { } file || File.Exists(file));

    /// <summary>Returns a result.</summary>
    public MethodResult Get(ulong seed, int fold, string kind, string method) => _results[(seed, fold, kind, method)];

    /// <summary>Returns the federation of a method in the first fold; null if there is none.</summary>
    /// <exception cref="InputException">The file is damaged.</exception>
    public SimulationResult? GetRun(string kind, string method)
    {
        if (RunFile(FirstSeed, 0, kind, method) is not { } file || !File.Exists(file))
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
        _results[(result.Seed, result.Fold, result.Kind, result.Method)] = result;
        if (run?.Rule == result.Method && RunFile(result.Seed, result.Fold, result.Kind, result.Method) is { } runFile)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(runFile)!);
            AtomicFile.WriteText(runFile, writer => ResultFile.WriteJsonLines(writer, run));
        }

        if (_options.ResumeFile is { } file)
        {
            File.AppendAllText(file, result.ToJson() + "\n");
        }
    }

    private static MethodResult Parse(string file, int number, string line)
    {
        try
        {
            return MethodResult.FromJson(line);
        }
        catch (JsonException bad)
        {
            throw new InputException($"--resume '{file}': line {number} is no result of this command; delete the line or specify another file.", bad);
        }
    }

    private string? RunFile(ulong seed, int fold, string kind, string method) =>
        _options.ReportFolder is { } folder && seed == FirstSeed && fold == 0 ? Path.Combine(folder, "runs", $"{kind}-{method}.jsonl") : null;
}
