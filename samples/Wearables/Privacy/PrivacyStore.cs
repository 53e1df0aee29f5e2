using System.Text.Json;
using Ftte;
using Ftte.Samples.Shared;

namespace Wearables.Privacy;

/// <summary>Keeps finished results in the resume file, so that a later run continues.</summary>
internal sealed class PrivacyStore
{
    private readonly string? _file;
    private readonly Dictionary<(ulong Seed, string Setting), PrivacyRow> _rows = [];

    /// <summary>Reads the resume file, if it exists.</summary>
    /// <exception cref="InputException">A line is damaged.</exception>
    public PrivacyStore(WearablesOptions options)
    {
        _file = options.ResumeFile;
        if (_file is null || !File.Exists(_file))
        {
            return;
        }

        // The last line is incomplete if an earlier run was killed while it wrote it; its result is computed again.
        string text = File.ReadAllText(_file), complete = text[..(text.LastIndexOf('\n') + 1)];
        foreach ((int index, string line) in complete.Split('\n', StringSplitOptions.RemoveEmptyEntries).Index())
        {
            PrivacyRow row = Parse(index + 1, line);
            if (row.Settings == options.PrivacySettings)
            {
                _rows[(row.Seed, row.Setting)] = row;
            }
        }

        if (complete.Length < text.Length)
        {
            AtomicFile.WriteAllText(_file, complete);
        }
    }

    public bool Has(ulong seed, PrivacySetting setting) => _rows.ContainsKey((seed, setting.Name));

    public PrivacyRow Get(ulong seed, PrivacySetting setting) => _rows[(seed, setting.Name)];

    public void Add(PrivacyRow row)
    {
        _rows[(row.Seed, row.Setting)] = row;
        if (_file is not null)
        {
            File.AppendAllText(_file, row.ToJson() + "\n");
        }
    }

    private PrivacyRow Parse(int number, string line)
    {
        try
        {
            return PrivacyRow.FromJson(line);
        }
        catch (JsonException bad)
        {
            throw new InputException($"--resume '{_file}': line {number} is no result of this scenario; delete the line or specify another file.", bad);
        }
    }
}
