using System.Buffers;
using Ftte.Diagnostics;
using Ftte.PostgreSql;
using Ftte.Selection;
using Ftte.Serialization;
using Microsoft.Extensions.Logging;

namespace Ftte.Orleans;

/// <summary>Decides for the publisher of a cluster when to open and close an importance survey, and when to change the selection. The counterpart of <see cref="Reselection"/> of a single server.</summary>
/// <remarks>
/// A decision is made together with the publication of a version and takes effect with it, in one transaction. A discarded decision has no effect: the next one begins with the saved state again.
/// </remarks>
internal sealed class ClusterReselection
{
    private readonly ReselectionOptions _options;
    private readonly byte[]? _saved;
    private readonly SelectionChooser _chooser;
    private readonly List<Action<ILogger>> _reports = [];
    private long _survey;
    private bool _isOpen;

    private ClusterReselection(ReselectionOptions options, ModelVersion version, byte[]? saved)
    {
        (_options, _saved) = (options, saved);
        _chooser = new SelectionChooser(options, version);
        _isOpen = options.ProbeCount > 0;
    }

    /// <summary>Gets the survey; null if no device is asked.</summary>
    public SurveyStatus? Survey => _options.ProbeCount > 0 ? new SurveyStatus(_survey, _isOpen, _chooser.LastVersion) : null;

    /// <summary>Restores the state of reselection.</summary>
    /// <param name="options">The options.</param>
    /// <param name="version">The current version.</param>
    /// <param name="saved">The saved state; null to begin at the current version, with an open survey.</param>
    public static ClusterReselection Load(ReselectionOptions options, ModelVersion version, byte[]? saved)
    {
        var reselection = new ClusterReselection(options, version, saved);
        if (saved is not null)
        {
            var reader = new StateReader(saved);
            reselection._chooser.Load(ref reader, version);
            reselection._survey = reader.Int64("number of the survey");
            reselection._isOpen = reader.Flag("flag of an open survey") && options.ProbeCount > 0;
            reader.End();
        }

        return reselection;
    }

    /// <summary>Decides what changes with the publication of a version.</summary>
    /// <param name="federation">The federation.</param>
    /// <param name="selection">The current selection.</param>
    /// <param name="version">The version.</param>
    /// <param name="cancellationToken">Cancels the decision.</param>
    /// <returns>The decision; null if nothing changes.</returns>
    /// <exception cref="Storage.StoreException">The database cannot be read.</exception>
    public async Task<ClusterDecision?> DecideAsync(LocalFederation federation, ClusterSelection selection, ModelVersion version, CancellationToken cancellationToken)
    {
        bool isDue = _chooser.IsDue(version);
        int? closed = null;
        ClusterSelection? next = null;
        if (_options.ProbeCount == 0)
        {
            next = isDue ? await ChooseAsync(federation, await ReadDevicesAsync(federation, _options.MemoryBudgetBytes is null, cancellationToken).ConfigureAwait(false), selection, version, cancellationToken).ConfigureAwait(false) : null;
        }
        else if (_isOpen)
        {
            if (isDue || await federation.Store.CountAnswersAsync(_survey, cancellationToken).ConfigureAwait(false) >= _options.ProbeCount)
            {
                IReadOnlyList<SurveyAnswer> answers = await federation.Store.ReadAnswersAsync(_survey, cancellationToken).ConfigureAwait(false);
                closed = answers.Count;

                // The number of devices matters if fewer than half of the probes have answered.
                bool areNeeded = _options.MemoryBudgetBytes is null || answers.Count < _options.ProbeCount - answers.Count;
                DeviceRegistry devices = await ReadDevicesAsync(federation, areNeeded, cancellationToken).ConfigureAwait(false);
                Close(federation, answers, devices.Count, version);
                next = await ChooseAsync(federation, devices, selection, version, cancellationToken).ConfigureAwait(false);
            }
        }
        else if (isDue)
        {
            _survey++;
            _isOpen = true;
            _chooser.LastVersion = version;
            _reports.Add(logger => Log.SurveyOpened(logger, _options.ProbeCount, version));
        }

        byte[] state = Save();
        return _saved is not null && state.AsSpan().SequenceEqual(_saved) ? null : new ClusterDecision(state, _survey, closed, next, federation.Selections.Capacity);
    }

    /// <summary>Logs that no decision could be made, so that the version is published without one.</summary>
    public void ReportFailure(ILogger logger, ModelVersion version, Storage.StoreException error) => Log.NotReselected(logger, error, _chooser.Turn, version, error.Message);

    /// <summary>Logs the decision, after its transaction has committed.</summary>
    public void Report(ILogger logger) => _reports.ForEach(report => report(logger));

    private void Close(LocalFederation federation, IReadOnlyList<SurveyAnswer> answers, int devices, ModelVersion version)
    {
        var survey = new ImportanceSurvey(federation.Layout);
        foreach (SurveyAnswer answer in answers)
        {
            survey.TryAdd(answer.Values);
        }

        _isOpen = false;
        bool isUsed = _chooser.TryUse(survey, devices);
        _reports.Add(logger => Log.SurveyClosed(logger, survey.Count, _options.ProbeCount, version, isUsed));
    }

    /// <summary>Chooses a selection, outside of the thread of the grain, because a selector can take long.</summary>
    /// <returns>The selection; null if the choice failed, so that the selection does not change.</returns>
    private async Task<ClusterSelection?> ChooseAsync(LocalFederation federation, DeviceRegistry devices, ClusterSelection current, ModelVersion version, CancellationToken cancellationToken)
    {
        _chooser.Begin(version);
        try
        {
            SelectionResult chosen = await Task.Run(() => _chooser.Choose(devices, federation.Server.RequireRegistration, cancellationToken), cancellationToken).ConfigureAwait(false);
            federation.Selections.CheckAllows(chosen.Selection);
            SelectionVersion next = chosen.Selection.Equals(current.Selection) ? current.Version : new SelectionVersion(current.Version.Number + 1);
            long requiredMemoryBytes = chosen.RequiredMemoryBytes;
            _reports.Add(logger => Log.SelectionChanged(logger, next, chosen.Selection.Count, requiredMemoryBytes));
            return new ClusterSelection(next, chosen.Selection, requiredMemoryBytes);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
#pragma warning disable CA1031 // Training continues with the current selection, whatever the error.
        catch (Exception error)
#pragma warning restore CA1031
        {
            long turn = _chooser.Turn;
            _reports.Add(logger => Log.NotReselected(logger, error, turn, version, error.Message));
            return null;
        }
    }

    /// <summary>Reads the devices of the whole cluster: those that are registered in this silo, as in every one, and those that reported their own budgets to any silo.</summary>
    private static async Task<DeviceRegistry> ReadDevicesAsync(LocalFederation federation, bool areNeeded, CancellationToken cancellationToken) => federation.Registry.WithClaims(
        areNeeded && !federation.Server.RequireRegistration
            ? await federation.Store.ReadBudgetsAsync(federation.Server.ClientRetention, federation.Server.MaxClients, cancellationToken).ConfigureAwait(false)
            : []);

    private byte[] Save()
    {
        var output = new ArrayBufferWriter<byte>();
        var writer = new StateWriter(output);
        _chooser.Save(writer);
        writer.Int64(_survey);
        writer.Flag(_isOpen);
        return output.WrittenSpan.ToArray();
    }
}
